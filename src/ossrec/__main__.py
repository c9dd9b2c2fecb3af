"""Run the command line: ``python -m ossrec``."""

from ossrec.cli.main import main

if __name__ == "__main__":
    main()
