"""Single sign-on: people of a company come by the company's own identity provider."""
