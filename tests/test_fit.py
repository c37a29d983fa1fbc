"""The fitted constants of GELU are the ones that the fit gives."""

import fit
from catalog import pick


def test_the_constants_in_the_snippet_are_those_of_the_fit(capsys):
    fit.gelu()
    lines = [line for line in capsys.readouterr().out.splitlines() if line[0] != "#"]
    assert len(lines) > 10
    assert "\n".join(lines) in pick("gelu").cells["NumPy"]
