"""Solves a problem of Bench.java with scipy and prints the milliseconds it took: nnls.py FILE WIDTH."""

import sys
import time

import numpy
from scipy.optimize import nnls

numbers = numpy.fromfile(sys.argv[1], dtype="<f8")
width = int(sys.argv[2])
target, directions = numbers[:width], numbers[width:].reshape(-1, width)
matrix = numpy.asfortranarray(directions.T)
start = time.perf_counter()
nnls(matrix, target, maxiter=10 * len(directions))
print(1000 * (time.perf_counter() - start))
