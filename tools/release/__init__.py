"""What a release is made of: a wheel, a source distribution, a bill of materials; and what is known against it."""
