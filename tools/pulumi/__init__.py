"""Everything a checkout needs before it can run: the virtual environment and a Pulumi command line.

The modules use the standard library only, as they run before anything is installed. The one exception is
`language_host`, which Pulumi starts later, in the finished virtual environment.
"""
