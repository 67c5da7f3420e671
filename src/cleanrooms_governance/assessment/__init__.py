"""What a look at everything in a stack file finds, without writing anything: what a preview and `crgov plan` both say."""
