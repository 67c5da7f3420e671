"""The command ``crgov``: what people do by hand beside ``pulumi preview`` and ``pulumi up``.

Only `crgov up` needs Pulumi. Everything printed goes through ``output``; AWS is reached through ``cleanrooms_governance.aws``.
"""
