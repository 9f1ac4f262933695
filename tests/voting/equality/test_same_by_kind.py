"""Pairs of answers that say the same or do not, by the kind of mistake a comparison can make.

All pairs were written for these tests.
"""

import pytest

from crescent.voting import canonical, equivalent

pytest.importorskip("math_verify")

SAME: dict[str, list[tuple[str, str]]] = {
    "units": [
        ("18 red apples", "18"), ("5 cm", "5"), ("10cm", "10"), ("3 hours", "3"), ("60 km/h", "60"), ("12 m^2", "12"),
        ("7 square feet", "7"), ("4\\text{ m}", "4"), ("9\\,\\mathrm{kg}", "9"), ("45 miles per hour", "45"),
        ("30°", "30"), ("2 a day", "2"), ("25 m/s", "25"), ("15\\text{ cm}^2", "15"), ("8 Äpfel", "8"), ("6 L", "6"),
        ("$12 per ticket", "12"), ("40 mph", "40"), ("5 days", "5"), ("100 g", "100"), ("1/2 hour", "0.5"),
        ("50 in total", "50"), ("3 yuan", "3"), ("20 (students)", "20"),
    ],
    "factors in another order": [
        ("3xy", "3yx"), ("2ab", "2ba"), ("4 m n", "4 n m"), ("5x^2y", "5yx^2"),
    ],
    "factorials": [
        ("6!", "720"), ("4! + 1", "25"), ("\\frac{8!}{6!}", "56"), ("3!\\cdot 2!", "12"),
        ("\\frac{(n+1)!}{n!}", "n+1"), ("\\binom{6}{2}", "15"), ("0!", "1"),
    ],
    "juxtaposed powers": [
        ("3^2 7", "63"), ("2^2 3^2", "36"), ("5 2^3", "40"), ("2^{4} 5^{2}", "400"), ("2^3 3^2 5", "360"),
        ("2^{300} 3^{20}", "2^{300}\\cdot 3^{20}"),
    ],
    "names of values": [
        ("x = 7", "7"), ("\\theta = 30^\\circ", "30"), ("f(2) = 9", "9"), ("\\angle ABC = 60", "60"), ("AB = 5", "5"),
        ("Total cost = $45", "45"), ("|AB| = 3", "3"), ("P(A) = 1/4", "0.25"), ("a_{10} = 19", "19"),
        ("2 + 3 = 5", "5"), ("S_n = 4", "4"), ("cost per day = 3", "3"), ("\\overline{PQ}=12", "12"),
    ],
    "exact at any size": [
        ("\\frac{7!}{9!}", "1/72"), ("2^{2000}\\cdot 2^{6}", "2^{2006}"), ("e^{-60}\\cdot e^{-41}", "e^{-101}"),
        ("\\frac{2^{3000}}{2^{2999}}", "2"),
    ],
    "bases": [
        ("110_2", "6"), ("17_8", "15"), ("(212)_3", "23"), ("\\text{2A}_{16}", "42"), ("101_{\\text{two}}", "5"),
        ("21_{10}", "21"), ("0.1_2", "0.5"), ("1000_{2}", "13_5"),
    ],
    "four decimal places": [
        ("1.7321", "\\sqrt{3}"), ("2.2361", "\\sqrt 5"), ("2.7183", "e"), ("0.5236", "\\frac{\\pi}{6}"),
        ("1.7320", "\\sqrt{3}"), ("4.8284", "2+2\\sqrt{2}"), ("1.0986", "\\ln 3"), ("0.8660", "\\sin 60^\\circ"),
        ("-1.4142", "-\\sqrt{2}"), ("12.5664", "4\\pi"), ("1.2599", "\\sqrt[3]{2}"),
    ],
    "the imaginary unit": [
        ("(2+i)^2", "3+4i"), ("(1-i)(1+i)", "2"), ("\\frac{1}{i}", "-i"), ("i^4", "1"), ("3i+2", "2+3i"),
        ("\\frac{1+i}{1-i}", "i"), ("\\sqrt{-4}", "2i"), ("e^{i\\pi}", "-1"),
    ],
    "lines, planes and curves": [
        ("y = 3x - 1", "3x - y - 1 = 0"), ("2x + 4y = 6", "x + 2y = 3"), ("m: y = x", "x - y = 0"),
        ("x^2 + y^2 = 9", "2x^2 + 2y^2 - 18 = 0"), ("x - 2y + 3z = 4", "-2x + 4y - 6z + 8 = 0"),
        ("g(x)=x^2", "y=x^2"), ("\\frac{x}{2}+\\frac{y}{3}=1", "3x+2y=6"), ("y - 1 = 2(x - 3)", "y = 2x - 5"),
        ("\\ell: x=2y", "2y=x"), ("C: x^2+y^2=1", "x^2+y^2=1"),
    ],
    "times after a slash": [
        ("3/4*y", "\\frac{3y}{4}"), ("2/3*sqrt(5)", "\\frac{2\\sqrt{5}}{3}"), ("1/3*pi*r^2", "\\frac{\\pi r^2}{3}"),
        ("y = 1/2 x + 1", "y = \\frac{x}{2} + 1"), ("1/2 \\times x", "\\frac12 x"),
        ("5/2 \\cdot \\ln 2", "\\frac{5\\ln 2}{2}"), ("1/3y", "\\frac{1}{3y}"), ("a/b*c", "\\frac{ac}{b}"),
    ],
    "options": [
        ("ABD", "A, B, D"), ("AC", "A and C"), ("BD", "B、D"), ("A, C", "C, A"), ("A and B", "(A), (B)"),
        ("B. 12", "B"), ("(C) 15 cm", "C"), ("ABCD", "A, B, C, D"), ("A B", "AB"), ("\\text{BC}", "B,C"),
    ],
    "named lists": [
        ("x=2, g(3)=7", "2, 7"), ("k=\\frac12, f(-1)=0", "\\frac12, 0"), ("\\alpha=1,\\ \\beta=2", "1, 2"),
        ("a_1=3, S_{10}=120", "3, 120"), ("A=\\frac{\\pi}{3},\\quad g(\\pi)=2", "\\frac{\\pi}{3}, 2"),
        ("m=4, f(g(2))=9", "4, 9"),
    ],
    "clocks": [
        ("15:05", "3:05 pm"), ("9:30:00", "9:30"), ("3 pm", "15:00"), ("noon", "12:00 PM"), ("0:15", "12:15 am"),
        ("23:59", "11:59 p.m."), ("13:00", "1 PM"), ("7:45 AM", "07:45 am"),
    ],
    "roots of quotients": [
        ("\\sqrt{\\frac{4}{n}}", "\\frac{2}{\\sqrt{n}}"), ("\\frac{\\sqrt{a}}{\\sqrt{b}}", "\\sqrt{\\frac{a}{b}}"),
        ("\\sqrt{\\frac{x}{9}}", "\\frac{\\sqrt{x}}{3}"), ("\\sqrt{8x}", "2\\sqrt{2x}"),
    ],
    "quotation marks": [
        ("“17”", "17"), ("‹9›", "9"), ("「36」", "36"), ("»5«", "5"), ("„Montag“", "Montag"), ("'8'", "8"),
    ],
    "digits of other scripts": [
        ("１２", "12"), ("۷۵", "75"), ("٣٫٥", "3.5"), ("৫০", "50"), ("๙", "9"), ("𝟒𝟐", "42"),
    ],
    "rows of matrices": [
        ("\\begin{pmatrix}1\\2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"),
        ("\\begin{bmatrix}1&2\\3&4\\end{bmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"),
        ("\\begin{pmatrix}a\\-b\\end{pmatrix}", "\\begin{pmatrix}a\\\\-b\\end{pmatrix}"),
        ("\\begin{pmatrix}1 \\ 0\\end{pmatrix}", "\\begin{pmatrix}1\\\\0\\end{pmatrix}"),
    ],
    "number words": [
        ("seven point two five", "7.25"), ("three dozen", "36"), ("half a dozen", "6"),
        ("one hundred and five", "105"), ("a dozen and a half", "18"), ("zero point five", "0.5"),
        ("two and a half", "2.5"), ("three quarters", "0.75"), ("twenty-one point oh five", "21.05"),
        ("two hundred thousand", "200000"), ("3 and 1/4", "3.25"), ("3 and a half", "3.5"),
    ],
    "odds and plus-minus": [
        ("3 out of 4", "3/4"), ("1 in 5", "0.2"), ("\\pm 2", "{2, -2}"), ("1 \\pm \\sqrt{2}", "1+\\sqrt2, 1-\\sqrt2"),
        ("x = \\pm 5", "x=5 or x=-5"),
    ],
}  # fmt: skip
DIFFERENT: dict[str, list[tuple[str, str]]] = {
    "factors are no units": [
        ("5xy", "5"), ("8pq", "8"), ("3mn", "3"), ("4k", "4"), ("9z", "9"), ("6hk", "6"), ("2 x y", "2"),
        ("7 n", "7"), ("12abc", "12"), ("3xyz", "3"), ("2st", "2"), ("5x^2", "5"), ("2xy", "2xz"), ("3m", "3n"),
        ("-7pq", "-7"), ("10uv", "10"), ("5/x", "5"), ("1.5ab", "1.5"), ("2mn^2", "2"), ("4 a b c", "4"), ("3m", "3"),
        ("6abx", "6"), ("2ax", "2"), ("2bc", "2"), ("5 i", "5"), ("2e", "2"), ("\\frac{1}{2}ab", "\\frac12"),
        ("0.5gh", "0.5"), ("4rs", "4"), ("11cd", "11"),
    ],
    "functions, pi and roots": [
        ("3\\cos x", "3"), ("\\cos a", "\\cos b"), ("5\\log m", "5"), ("4\\pi r", "4\\pi"),
        ("\\sqrt{2}s", "\\sqrt{2}"), ("2\\tan h", "2"), ("\\sqrt{5}m", "\\sqrt{5}"), ("\\pi g", "\\pi"),
        ("6\\cos^2 t", "6"), ("2 sin t", "2"), ("\\ln s", "\\ln t"), ("3\\sqrt{2} m n", "3\\sqrt{2}"), ("e^t", "e"),
        ("2 pi h", "2 pi"), ("\\frac{\\pi}{2}L", "\\frac{\\pi}{2}"),
    ],
    "factorials": [
        ("7!", "7"), ("x!", "x"), ("2\\cdot 4!", "8"), ("(n+1)!", "n+1"), ("6!/3", "2"), ("4!!", "24"),
        ("\\frac{5!}{2}", "5/2"),
    ],
    "digits apart": [
        ("5 6", "56"), ("1 2 3", "123"), ("2^5 2", "2^{52}"), ("3^2 2", "3^{22}"), ("7 8", "15"), ("10 5^2", "105^2"),
        ("2 2^3", "22^3"),
    ],
    "sides of equations": [
        ("\\cos x = 0", "0"), ("\\sqrt{x} = 3", "3"), ("xy = 6", "6"), ("|x| = 3", "3"), ("x/y = 2", "2"),
        ("\\cos\\alpha=1/2", "\\sin\\alpha=1/2"), ("\\ln x = 5", "\\log x = 5"), ("f(x)=x+1", "g(x)=x+1"),
        ("f'(x)=2x", "f(x)=2x"), ("\\tan x = 1", "\\cot x = 1"), ("ab = 12", "12"), ("\\frac{x}{y} = 4", "4"),
        ("e^x = 2", "2"), ("x^2 = 9", "9"), ("\\log_2 x = 3", "\\log_3 x = 3"), ("\\sin 2x = 0", "\\sin x = 0"),
        ("\\sec x = 2", "2"), ("y=2x+3", "z=2x+3"), ("\\arcsin x=1", "\\arccos x=1"), ("h(t)=3t", "v(t)=3t"),
    ],
    "beyond a float": [
        ("\\frac{1}{300!}", "\\frac{1}{301!}"), ("10^{-400}", "10^{-401}"), ("e^{-800}", "0"),
        ("2^{5000}", "2^{5001}"), ("\\frac{3^{900}+1}{3^{900}}", "1"), ("1+10^{-30}", "1"),
        ("\\sqrt{2}+10^{-40}", "\\sqrt{2}"), ("10^{400}", "10^{400}+1"), ("\\frac{1}{e^{500}}", "\\frac{1}{e^{501}}"),
        ("e^{-200}+e^{-201}", "e^{-200}"), ("1999!", "2000!"),
    ],
    "bases": [
        ("123_4", "123_5"), ("101_2", "101"), ("77_8", "77"), ("19_8", "19"), ("12_3", "12"), ("1234_5", "1234_6"),
        ("x_2", "x_3"),
    ],
    "decimals": [
        ("1.414", "\\sqrt{2}"), ("3.14", "\\pi"), ("1.4143", "\\sqrt{2}"), ("3.1417", "\\pi"), ("2.71", "e"),
        ("1.73", "\\sqrt{3}"), ("0.3333x", "\\frac{x}{3}"),
    ],
    "the imaginary unit": [
        ("2i", "2"), ("1+i", "1-i"), ("i^2", "1"), ("3i", "3j"), ("(1+i)^2", "2"), ("i", "1"),
    ],
    "lines": [
        ("y = 2x + 1", "y = 2x - 1"), ("x + y = 1", "x + y = 2"), ("2x + 4y = 6", "x + 2y = 6"), ("x=2y", "y=2x"),
        ("x^2 + y^2 = 4", "x^2 - y^2 = 4"), ("x+y=1", "1"), ("x + z = 1", "x + y = 1"), ("f(t)=2t+3", "y=2x+3"),
        ("f'(x)=2x", "y=2x"),
    ],
    "slashes": [
        ("1/3*y", "\\frac{1}{3y}"), ("1/2*a", "1/2a"), ("3/4*pi", "\\frac{3}{4\\pi}"),
        ("1/2(x+1)", "\\frac{1}{2(x+1)}"),
    ],
    "options": [
        ("ACD", "A, C"), ("AB", "A"), ("BC", "B, D"), ("A, B", "A, C"), ("B. 12", "C. 12"), ("ABC", "A, B, D"),
    ],
    "named lists": [
        ("a=2, f(1)=5", "2, 6"), ("a=2, f(1)=5", "a=2, f(2)=5"), ("x=1, y=2", "x=2, y=1"), ("a=1, g(2)=3", "3"),
    ],
    "clocks": [
        ("20:34", "8:34 am"), ("20:34", "20:35"), ("8:34", "20:34"), ("12:00 am", "12:00 pm"), ("15:30:10", "15:30"),
        ("noon", "midnight"),
    ],
    "domains": [
        ("\\sqrt{x^2}", "x"), ("|x|", "x"), ("\\ln|x|", "\\ln x"), ("\\frac{1}{\\sqrt{n}}", "\\sqrt{n}"),
        ("|x-1|", "1-x"),
    ],
    "quotation marks": [
        ("«42»", "43"), ("„12“", "1"), ("«a»", "«b»"),
    ],
    "digits of other scripts": [
        ("४२", "43"), ("٤٢", "24"), ("١٢", "1"),
    ],
    "rows of matrices": [
        ("\\begin{pmatrix}1\\2\\end{pmatrix}", "\\begin{pmatrix}1&2\\end{pmatrix}"),
        ("\\begin{pmatrix}1\\2\\end{pmatrix}", "\\begin{pmatrix}2\\1\\end{pmatrix}"),
        ("\\begin{pmatrix}1\\2\\end{pmatrix}", "12"),
    ],
    "number words": [
        ("two dozen", "2"), ("nine point eight", "9"), ("half a dozen", "1/2"), ("2 thirds", "2"), ("5 squared", "5"),
        ("3 factorial", "3"), ("6 choose 2", "6"), ("5 out of 8", "5"), ("1 in 6", "6"),
    ],
    "letters in another order": [
        ("2ab", "2ac"), ("evil", "live"), ("AB", "CD"), ("neon", "none"),
    ],
}  # fmt: skip


def pairs(kinds: dict[str, list[tuple[str, str]]]) -> list[object]:
    return [
        pytest.param(*pair, id=f"{kind}: {pair[0]} and {pair[1]}") for kind, found in kinds.items() for pair in found
    ]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same(one: str, other: str) -> None:
    assert equivalent(one, other)
    assert equivalent(other, one)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_different(one: str, other: str) -> None:
    assert not equivalent(one, other)
    assert not equivalent(other, one)


TEXTS = [text for kinds in (SAME, DIFFERENT) for found in kinds.values() for pair in found for text in pair]


@pytest.mark.parametrize("text", TEXTS)
def test_canonical_texts_are_stable(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert equivalent(text, text)
