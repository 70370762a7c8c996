#!/usr/bin/env python3
"""Makes stock.csv, an example of a stock table, from online_retail.csv.gz.

Prices are the medians of the data. What a shop alone knows is assumed, the same rule for every item: it buys at 60 % of
the price, in packs of 12, waits a week for a delivery, and has two weeks of the mean demand of the last hundred days in
stock.
"""

import collections
import csv
import gzip
import statistics
from pathlib import Path

FOLDER = Path(__file__).parent
# The hundred days before the four weeks that are kept for the test.
FIRST, LAST = "2011-08-04", "2011-11-11"


def main():
    prices, units = collections.defaultdict(list), collections.Counter()
    with gzip.open(FOLDER / "online_retail.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"] <= LAST:
                prices[row["StockCode"]].append(float(row["price"]))
            if FIRST <= row["date"] <= LAST:
                units[row["StockCode"]] += float(row["quantity"])
    with (FOLDER / "stock.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["item", "on_hand", "unit_cost", "price", "pack"])
        for item in sorted(prices):
            price = statistics.median(prices[item])
            writer.writerow([item, round(units[item] / 100 * 14), f"{price * 0.6:.3f}", f"{price:.2f}", 12])


if __name__ == "__main__":
    main()
