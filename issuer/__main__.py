"""`python -m issuer` is `merke`."""

from issuer.cli.main import main

main()
