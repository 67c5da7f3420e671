"""``crgov run`` and ``crgov payers``: what is read, sent and said about queries and jobs."""
