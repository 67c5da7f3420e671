"""`crgov up`: the engine, run again as long as that helps.

The engine is started as a command and only looked at through what it prints and the log of its events.
"""
