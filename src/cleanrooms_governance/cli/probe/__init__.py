"""`crgov probe`: which reading of what AWS does not document is the true one?

Two accounts of the user's own play a few calls on a collaboration of their own, which is deleted afterwards. The answers are
given under the names and values of the switches of the embedded service, as texts: neither knows the other.
"""
