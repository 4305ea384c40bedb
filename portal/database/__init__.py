"""PostgreSQL beyond the ORM: connections, constraints, COPY, its clock, a cache in a table, encrypted columns."""
