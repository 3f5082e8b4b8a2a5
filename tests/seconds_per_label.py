"""Print the seconds that the tests of each label took: seconds_per_label.py BUILD.

CTest's own label summary counts seconds times ranks. This reads BUILD/ctest.xml (ctest --output-junit) for the seconds
of each test, and asks ctest for its labels.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict
from pathlib import Path


def labels_of_tests(build):
    """Return {test: [label, ...]} of a build folder."""
    answer = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True, text=True
    )
    labels = {}
    for test in json.loads(answer.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        labels[test["name"]] = properties.get("LABELS", ["(no label)"])
    return labels


def main(build):
    """Add the seconds up, and print a line per label."""
    labels = labels_of_tests(build)
    seconds, tests = defaultdict(float), defaultdict(int)
    for case in xml.parse(Path(build, "ctest.xml")).iter("testcase"):
        for label in labels[case.get("name")]:
            seconds[label] += float(case.get("time"))
            tests[label] += 1
    for label in sorted(seconds):
        print(f"  {label:<12} {seconds[label]:7.1f} s   {tests[label]} tests")


main(sys.argv[1])
