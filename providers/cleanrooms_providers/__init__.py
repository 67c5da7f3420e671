"""Thin Pulumi dynamic providers over the engine room.

This module imports nothing, because the plugin process loads ``cleanrooms_providers.contract`` through it.
"""
