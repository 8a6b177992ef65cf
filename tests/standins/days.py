"""A small recorded day: two firms, an item of news in the morning, and falls at the open and at the close."""

import json
from datetime import date, timedelta
from pathlib import Path

LAST = date(2025, 3, 12)
"""A Wednesday."""


def small_day(folder: Path) -> Path:
    """Write items.jsonl, bars.csv and a watchlist of NVDA and AMD for #ai-aftershocks into `folder`."""
    days = [d for d in (LAST - timedelta(days=n) for n in range(90, -1, -1)) if d.isoweekday() < 6]
    bars = ["date,symbol,open,high,low,close,volume,currency"]
    for n, day in enumerate(days):
        swing, last = 1 + 0.01 * (-1) ** (n % 3 == 0), day == days[-1]
        for symbol, level, open_, close in (("NVDA", 100, 0.90, 0.84), ("AMD", 50, 0.97, 0.91)):
            start, end = (open_, close) if last else (swing, swing)
            bars.append(f"{day},{symbol},{level * start:.2f},,,{level * end:.2f},,USD")
        bars.append(f"{day},SPY,500,,,{500 + 0.5 * (-1) ** n},,USD")
    (folder / "bars.csv").write_text("\n".join(bars) + "\n", encoding="utf-8")
    titles = ("Nvidia delays its next Blackwell AI chip", "AMD halts orders of its MI355 AI chip")
    items = [
        {"id": str(n), "feed": "wire", "link": f"https://wire.example/{n}", "title": title}
        | {"published": f"{LAST}T12:0{n}:00Z", "seen": f"{LAST}T12:0{n}:30Z", "summary": ""}
        for n, title in enumerate(titles)
    ]
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, items)) + "\n", encoding="utf-8")
    (folder / "watchlists").mkdir(exist_ok=True)
    listed = 'name: Two\nchannel: "#ai-aftershocks"\ncompanies: [NVDA, AMD]\n'
    (folder / "watchlists" / "two.yaml").write_text(listed, encoding="utf-8")
    return folder
