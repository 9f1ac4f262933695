"""Formulas in the notation of `crescent.voting.equality.latex.simplified`, parsed to trees that can be evaluated.

    1/2*x        (1/2) x          an explicit sign of multiplication binds like the slash
    1/2x         1/(2x)           factors without a sign between them bind tighter
    2\\frac{1}{2} 2 + 1/2         a mixed number
    \\sin 2x     \\sin(2x)        a function takes the factors up to the next sign or function
    \\sin^2 x, \\sin^{-1} x       a power of the function, and its inverse
    x_1, 5!, |x|, 30°             degrees count only under a function

A letter is a variable, but `e` and `i` are the numbers. What a human reader would have to guess is refused
(`AmbiguousError`: `1/2(x+1)`), and so is what is no formula of this kind (`NotAFormulaError`: sums, limits, f(x),
words).
"""

from fractions import Fraction
from typing import NamedTuple

from crescent.voting.equality.tokens import NotAFormulaError, Token, tokens_of

MAX_LENGTH = 300
MAX_DEPTH = 40

_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}
_INVERSES = {"sin": "arcsin", "cos": "arccos", "tan": "arctan", "cot": "arccot"}


class AmbiguousError(Exception):
    """The text is a formula that readers take in different ways."""


class Node(NamedTuple):
    """`kind`: number, name, +, *, /, ^, -, !, abs, or a function's name; `value`: a number or a name."""

    kind: str
    parts: "tuple[Node, ...]" = ()
    value: Fraction | str = ""


def parse(text: str) -> Node:
    """The tree of a formula. Raises `NotAFormulaError` or `AmbiguousError`; takes linear time."""
    if not text or len(text) > MAX_LENGTH:
        raise NotAFormulaError
    parser = _Parser(tokens_of(text))
    tree = parser.sum()
    if parser.peek().kind != "end":
        raise NotAFormulaError
    return tree


def names(node: Node) -> frozenset[str]:
    """The variables of a formula."""
    if node.kind == "name":
        return frozenset() if node.value in ("e", "i", "π") else frozenset({str(node.value)})
    return frozenset().union(*map(names, node.parts))


def has_imaginary(node: Node) -> bool:
    """Whether the imaginary unit stands in a formula."""
    return (node.kind == "name" and node.value == "i") or any(map(has_imaginary, node.parts))


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.bars = 0

    def peek(self, ahead: int = 0) -> Token:
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else Token("end", "")

    def take(self, text: str = "") -> Token:
        token = self.peek()
        if token.kind == "end" or (text and token.text != text):
            raise NotAFormulaError
        self.position += 1
        return token

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotAFormulaError
        terms = [self.product()]
        while self.peek().text in ("+", "-"):
            negative = self.take().text == "-"
            term = self.product()
            terms.append(Node("-", (term,)) if negative else term)
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Node("+", tuple(terms))

    def product(self) -> Node:
        if self.peek().text in ("+", "-"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise NotAFormulaError
            sign, inner = self.take().text, self.product()
            self.depth -= 1
            return Node("-", (inner,)) if sign == "-" else inner
        value = self.factors()
        while self.peek().text in ("*", "/"):
            slash = self.take().text == "/"
            negative = self.peek().text == "-" and bool(self.take())
            start = self.position
            factor = self.factors()
            if (
                slash
                and self.peek(start - self.position).kind == "number"
                and self.peek(start + 1 - self.position).text == "("
            ):
                raise AmbiguousError  # 1/2(x+1)
            if negative:
                factor = Node("-", (factor,))
            value = Node("/" if slash else "*", (value, factor))
        return value

    def factors(self, argument: bool = False) -> Node:
        """Factors without a sign between them; as an argument of a function only up to the next function."""
        found = [self.power()]
        while self.starts_factor() and not (argument and self.peek().kind == "function"):
            before = self.peek(-1)
            if self.peek().kind == "number" and before.kind in ("number", "letter", "greek", "pi"):
                raise NotAFormulaError  # "3 4", "x2"
            mixed = before.kind == "number" and self.peek().text == "\\frac" and found[-1].kind == "number"
            factor = self.power()
            if mixed and _is_number(factor):
                found[-1] = Node("+", (found[-1], factor))
            else:
                found.append(factor)
        value = found[0]
        for factor in found[1:]:
            value = Node("*", (value, factor))
        return value

    def starts_factor(self) -> bool:
        token = self.peek()
        if token.kind in ("number", "function", "greek", "pi", "command", "letter"):
            return True
        return token.text in ("(", "{", "[", "√") or (token.text == "|" and self.bars == 0)

    def power(self) -> Node:
        value = self.atom()
        while True:
            sign = self.peek().text
            if sign == "!":
                self.take()
                if self.peek().text == "!":
                    raise NotAFormulaError
                value = Node("!", (value,))
            elif sign == "%":
                self.take()
                value = Node("/", (value, Node("number", (), Fraction(100))))
            elif sign == "°":
                self.take()
                value = Node("degrees", (value,))
            elif sign in ("^", "**"):
                self.take()
                value = Node("^", (value, self.exponent()))
            else:
                return value

    def exponent(self) -> Node:
        if self.peek().text == "-":
            self.take()
            return Node("-", (self.exponent(),))
        value = self.atom()
        if self.peek().text == "!":
            self.take()
            value = Node("!", (value,))
        if self.peek().text in ("^", "**"):
            self.take()
            return Node("^", (value, self.exponent()))
        return value

    def atom(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return Node("number", (), Fraction(token.text))
        if token.kind == "pi":
            return Node("name", (), "π")
        if token.kind in ("letter", "greek"):
            return self.name(token)
        if token.kind == "function":
            return self.function(token.text.lstrip("\\"))
        if token.kind == "command":
            return self.command(token.text)
        if token.text == "√":
            return Node("sqrt", (self.atom(),))
        if token.text in _CLOSING:
            return self.bracket(token.text)
        raise NotAFormulaError

    def bracket(self, opening: str) -> Node:
        bars, self.bars = self.bars, int(opening == "|")
        value = self.sum()
        self.bars = bars
        self.take(_CLOSING[opening])
        return Node("abs", (value,)) if opening == "|" else value

    def name(self, token: Token) -> Node:
        name = token.text
        if self.peek().text == "_":
            self.take()
            if self.peek().text == "{":
                self.take()
                name += "_"
                while self.peek().text != "}":
                    name += self.take().text
                self.take()
            else:
                name += "_" + self.take().text
        elif name in ("f", "g", "h", "F", "G") and self.peek().text == "(":
            raise NotAFormulaError
        return Node("name", (), name)

    def function(self, name: str) -> Node:
        if name == "sqrt":
            return self.command("\\sqrt")
        base = None
        if name == "log" and self.peek().text == "_":
            self.take()
            base = self.atom()
        exponent = None
        if self.peek().text in ("^", "**"):
            self.take()
            exponent = self.exponent()
            if exponent == Node("-", (Node("number", (), Fraction(1)),)):
                if name not in _INVERSES:
                    raise AmbiguousError
                name, exponent = _INVERSES[name], None
        argument = self.argument()
        if name in ("log", "lg"):
            base = base or Node("number", (), Fraction(10))
            value = Node("/", (Node("ln", (argument,)), Node("ln", (base,))))
        else:
            value = Node(name, (argument,))
        return Node("^", (value, exponent)) if exponent is not None else value

    def argument(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotAFormulaError
        if self.peek().text in ("(", "{", "["):
            value = self.atom()
        elif self.peek().text == "-":
            self.take()
            value = Node("-", (self.factors(argument=True),))
        elif self.peek().kind == "function":
            value = self.atom()
        else:
            value = self.factors(argument=True)
        self.depth -= 1
        return value

    def command(self, name: str) -> Node:
        if name == "\\sqrt":
            index = None
            if self.peek().text == "[":
                self.take()
                index = self.sum()
                self.take("]")
            inside = self.atom()
            if index is None:
                return Node("sqrt", (inside,))
            return Node("^", (inside, Node("/", (Node("number", (), Fraction(1)), index))))
        over, under = self.atom(), self.atom()
        if name == "\\frac":
            return Node("/", (over, under))
        rest = Node("+", (over, Node("-", (under,))))
        factorials = [Node("!", (part,)) for part in (over, under, rest)]
        return Node("/", (factorials[0], Node("*", (factorials[1], factorials[2]))))


def _is_number(node: Node) -> bool:
    return node.kind == "/" and all(part.kind == "number" for part in node.parts)
