"""Decimal commas and thousands of other languages, by language, and those of English beside them."""

import pytest

from crescent.voting import extract_answer

BY_LANGUAGE: dict[str, list[tuple[str, str]]] = {
    "English": [
        ("The answer is 1,234.", "1234"),
        ("So there are 3,500 people.", "3500"),
        ("The total is 1,234.50 dollars.", "1234.5"),
        ("We get 1,234 + 2,500 = 3,734.", "3734"),
        ("It weighs 3,500 kg.", "3500"),
        ("The rope is 3,5 meters long.", "3.5"),
        ("He pays 1.234,50 in total.", "1234.5"),
        ("#### 3,500", "3500"),
        ("R = 1.234 m", "1.234"),
    ],
    "German": [
        ("Die Länge beträgt 3,5 Meter.", "3.5"),
        ("Das macht zusammen 1.234,50 Euro.", "1234.5"),
        ("Die Antwort ist 1.234,50 Euro.", "1234.5"),
        ("Die Antwort ist 1.234 Euro.", "1234"),
        ("Also sind es 12.500 Menschen.", "12500"),
        ("Die Summe ist insgesamt 12.500.", "12500"),
        ("Also hat die Stadt 12 500 Einwohner.", "12500"),
        ("Antwort: 0,125", "0.125"),
        ("Die Packung wiegt 2,5 kg. Zusammen sind es 3,500 kg.", "3.5"),
        ("Die Packung wiegt 2.5 kg. Zusammen sind es 3,500 kg.", "3500"),
        ("Insgesamt sind es 3,500 Menschen.", "3500"),
        ("#### 1.234,50 Euro", "1234.5"),
        ("Die Strecke ist \\boxed{3{,}5} km lang.", "3.5"),
    ],
    "French": [
        ("La réponse est 3,5 mètres.", "3.5"),
        ("Le total est de 1 234,50 euros.", "1234.5"),
        ("Donc il reste 12 500 euros.", "12500"),
        ("Donc il reste 2,25 litres.", "2.25"),
        ("Il y a 1.234.567 habitants.", "1234567"),
    ],
    "Spanish": [("La distancia es 3,5 metros.", "3.5"), ("El total es 1.234,50 euros.", "1234.5")],
    "Chinese": [("答案是3,500", "3500"), ("总共是3.5米。", "3.5"), ("所以答案是1,234.5元", "1234.5")],
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [case for cases in BY_LANGUAGE.values() for case in cases],
    ids=[f"{language} {text}" for language, cases in BY_LANGUAGE.items() for text, _ in cases],
)
def test_the_number_that_is_meant(text: str, answer: str) -> None:
    found = extract_answer(text)
    assert found is not None
    assert found.value == answer
    assert found.text == text[found.start : found.end]
