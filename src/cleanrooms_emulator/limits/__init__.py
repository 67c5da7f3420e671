"""How much and how fast: rates of calls and sizes of pages."""
