"""What is installed is what is in the checkout: the wheel holds the four packages with their data."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = (".yaml", ".json", ".typed", ".jsonl", ".gz", ".xz", ".tsv", ".npz", ".md", ".service")


def test_the_wheel_holds_every_module_and_data_file(tmp_path: Path) -> None:
    """Built as users build it, with the YAML, the recorded day and the type markers inside, and nothing else."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("alerts", "config", "monitor", "nlp")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", *DATA} or path.name == "Containerfile"
    }
    assert expected == found
    assert {"config/companies.yaml", "config/watchlists/ai.yaml", "monitor/days/2025-01-27/bars.csv.gz"} <= found
