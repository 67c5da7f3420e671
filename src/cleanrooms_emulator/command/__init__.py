"""The command `cleanrooms-emulator`: its arguments, its lists, and the world it begins with."""
