"""People, their roles' work, tokens, sessions and sign-in, and the e-mails about them."""
