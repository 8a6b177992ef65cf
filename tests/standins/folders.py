"""Configuration folders written for a test, and what the loader says of them with the folder's own path left out."""

from pathlib import Path

from config.load import Loaded, load

COMPANIES = """\
nvidia:
  name: NVIDIA
  symbols: [NVDA]
  aliases: [Nvidia Corp]
  brands: [Blackwell]
tsmc:
  name: TSMC
  symbols: [{symbol: TSM, per: 5}, 2330.TW]
asml:
  name: ASML
  symbols: [ASML, ASML.AS]
siemens-energy:
  name: Siemens Energy
  symbols: [ENR.DE]
openai:
  name: OpenAI
"""
"""Five companies, one of them private and two with a second listing."""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files by their names relative to the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def loaded(folder: Path, files: dict[str, str]) -> Loaded:
    """What comes of these files with `COMPANIES` and nothing shipped."""
    return load(write(folder, {"companies.yaml": COMPANIES} | files), shipped=False)


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """The problems of these files with `COMPANIES` and nothing shipped, as `check` prints them."""
    return [str(problem).replace(f"{folder}/", "") for problem in loaded(folder, files).problems]
