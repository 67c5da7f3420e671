"""The wire engine: routes, reads, validates and answers calls as the installed botocore models say.

It knows shapes and protocols, and nothing of Clean Rooms.
"""
