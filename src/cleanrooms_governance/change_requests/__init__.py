"""Open and past change requests judged by effect: what to file, vote, commit and cancel, as pure functions of values."""
