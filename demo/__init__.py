"""The demonstration: one story, played through the real `pulumi` against the embedded service."""
