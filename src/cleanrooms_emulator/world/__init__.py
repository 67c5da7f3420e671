"""The world that the service plays: its documents, its clock, its ids, and the files they are kept in."""
