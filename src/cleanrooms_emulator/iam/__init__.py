"""Who may do what, where a world declares it: policies of principals, and the permissions that each operation needs."""
