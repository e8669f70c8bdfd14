"""Write the tables of keys and columns anew; what stands around them stays."""

from tests.docs.blocks import main

main()
