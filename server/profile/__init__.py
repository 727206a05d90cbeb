"""Identity graph and real-time profiles: which identities are one person, and what is known of that person."""
