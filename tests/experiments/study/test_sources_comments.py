"""Comments that say where numbers come from, and the numbers that they speak for."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study.sources import SourceNote, parse_source_note, source_notes

S1 = SourceNote("source", source_id="S1", confidence="P")
S2 = SourceNote("source", source_id="S2", confidence="P*", note="second")
TEXT = """\
# [S1 P] speaks for the key under it
a: 1
b:  # [S1 P]
  c: 2
  d: {e: 3, f: x}  # [S2 P*] second
  g: [1, 2]
  h:
    - {i: 1}
    - {i: 2}
  # [S2 P*] second
  j: 4
k: 5
l: "#5 [S1 P]"
m:
  {n: 1.5, o: 2}  # [S1 P]
p: "6"
q: [x, y]
r: true
s: null
t: 1e-4  # [S1 P]
u: -.5  # [S1 P] # [S2 P*]
alternatives:
  v: [policy=x]
  w:
    - policy.share=0.2  # [S1 P]
    - policy=x
    - policy.z=3
"""


@pytest.mark.parametrize(
    ("comment", "note"),
    [
        ("# [S1 P]", S1),
        ("#[S2 P*]   second  ", S2),
        ("# [T by definition]", SourceNote("definition")),
        ("# [A -2.0..2.5]", SourceNote("assumption", low=-2.0, high=2.5)),
        ("# [A 2.0e-5..5.0e-4] x", SourceNote("assumption", low=2e-5, high=5e-4, note="x")),
        ("# [A 0..1]", SourceNote("assumption", low=0.0, high=1.0)),
        ("# S1 P", None),
        ("# [S1]", None),
        ("# [S1 X]", None),
        ("# [A 1-2]", None),
        ("# see [S1 P]", None),
    ],
)
def test_read_note(comment: str, note: SourceNote | None) -> None:
    assert parse_source_note(comment) == note


def test_a_comment_covers_its_key_and_all_below(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(TEXT)
    found = source_notes(file)
    assert found["a"] == SourceNote("source", source_id="S1", confidence="P", note="speaks for the key under it")
    for key in ("b.c", "b.g", "b.h", "m.n", "m.o", "t"):
        assert found[key] == S1, key
    for key in ("b.d.e", "b.j"):
        assert found[key] == S2, key
    assert found["u"] is not None
    assert found["k"] is None
    assert found["alternatives.w.policy.share=0.2"] == S1
    assert found["alternatives.w.policy.z=3"] is None
    assert set(found) == {
        "a",
        "b.c",
        "b.d.e",
        "b.g",
        "b.h",
        "b.j",
        "k",
        "m.n",
        "m.o",
        "t",
        "u",
        "alternatives.w.policy.share=0.2",
        "alternatives.w.policy.z=3",
    }


@pytest.mark.parametrize(
    ("override", "counts"),
    [
        ("a.b=0.2", True),
        ("a.b=[0.7]", True),
        ("a.b={c: 3}", True),
        ("a.b=[x, y]", False),
        ("policy=top_share", False),
        ("value=dot_2023", False),
        ("a.b=[dot_2023]", False),
    ],
)
def test_an_override_with_a_number_anywhere_needs_a_source(tmp_path: Path, override: str, counts: bool) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"alternatives:\n  v:\n    - '{override}'\n")
    bare = [key for key, note in source_notes(file).items() if note is None]
    assert bare == ([f"alternatives.v.{override}"] if counts else [])


def test_an_empty_file_has_no_numbers(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("# nothing\n")
    assert source_notes(file) == {}
