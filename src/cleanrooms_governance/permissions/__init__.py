"""Permissions: what each identity of a stack file needs in IAM, and nothing else.

templates   the eight policies, each with placeholders: the one place where an action is listed
filling     one template, filled in for what a stack file says
identities  the identities of a stack file, and which policies each of them needs
"""
