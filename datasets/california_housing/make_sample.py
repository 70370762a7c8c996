#!/usr/bin/env python3
"""Makes sample.csv: 200 invented rows with the columns of california_housing.csv.

No number comes from the census. Each column is drawn from a range that looks plausible, and the value follows a made-up
formula, so that a network has something to learn. It serves tests that plan the recipe and train a few steps; no result
on it means anything.
"""

import csv
import math
import random
from pathlib import Path

HEADER = ["MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude", "MedHouseVal"]


def row(draw):
    income = round(math.exp(draw.uniform(0.0, 2.2)), 4)
    age = float(draw.randint(1, 52))
    rooms = round(draw.uniform(3.0, 8.0), 4)
    bedrooms = round(rooms * draw.uniform(0.17, 0.23), 4)
    population = float(draw.randint(50, 4000))
    occupants = round(draw.uniform(1.8, 4.5), 4)
    latitude = round(draw.uniform(32.6, 41.9), 2)
    longitude = round(-114.4 - (latitude - 32.6) * 1.05 - draw.uniform(0.0, 3.0), 2)
    value = 0.3 + 0.38 * income + 0.004 * age - 0.12 * occupants + draw.gauss(0.0, 0.25)
    return [income, age, rooms, bedrooms, population, occupants, latitude, longitude, round(min(max(value, 0.15), 5.0), 3)]


def main():
    draw = random.Random(20640)
    with open(Path(__file__).resolve().parent / "sample.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(row(draw) for _ in range(200))


if __name__ == "__main__":
    main()
