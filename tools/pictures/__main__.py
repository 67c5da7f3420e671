"""`python -m tools.pictures`: pictures of the examples. `--play` also plays their previews again, with the real pulumi."""

import argparse
import tempfile
from pathlib import Path

from tools.pictures.picture import comment_page, draw, terminal_page
from tools.pictures.worlds import TERMINAL, play, reduced, written
from tools.pulumi.toolchain import CHECKOUT

EXAMPLES = CHECKOUT / "tests" / "unit" / "pull_request" / "examples"
PICTURES = CHECKOUT / "docs" / "pictures"
PREVIEW = Path(__file__).with_name("preview.ansi")
DRAWN = ("nothing", "votes", "refused", "failed")


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("--play", action="store_true", help="write the documents of the previews anew")
    with tempfile.TemporaryDirectory(prefix="pictures-") as scratch:
        if parser.parse_args().play:
            for name, run in play(Path(scratch)):
                if name == TERMINAL:
                    PREVIEW.write_text(written(run))
                else:
                    (EXAMPLES / f"{name}.json").write_text(reduced(run))
        for name in DRAWN:
            draw(comment_page((EXAMPLES / f"{name}.md").read_text()), PICTURES / f"{name}.png", Path(scratch))
        draw(terminal_page(PREVIEW.read_text()), PICTURES / "preview.png", Path(scratch), width=1000)


if __name__ == "__main__":
    main()
