"""Questions of each language that screening holds in, numbers in words, no question mark; and what is no question."""

import pytest

from crescent.generation.languages import asks, has_quantity
from crescent.generation.screening import no_question

QUESTIONS = {
    "English": [
        "Solve for x: 2x+3=7.",
        "Simplify 3/4 + 1/8.",
        "Evaluate 7!.",
        "Give the number of primes below 10.",
        "Ann has seven pears and eats two. Then count what is left.",
        "Write 0.75 as a fraction.",
        "Express one half as a percentage.",
        "Please round 3.14159 to two decimals.",
    ],
    "German": [
        "Anna hat drei Äpfel und kauft fünf weitere. Berechne, wie viele sie jetzt hat.",
        "Berechne die Hälfte von achtundvierzig.",
        "Löse die Gleichung 2x + 3 = 7.",
        "Gib die Anzahl der Primzahlen unter zehn an.",
        "Anna hat dreiundzwanzig Murmeln und verliert sieben. Bestimme den Rest.",
        "Ein Zug fährt zwei Stunden mit 80 km/h. Wie weit kommt er",
        "Wie groß ist die Summe der ersten hundert Zahlen?",
    ],
    "French": [
        "Marie a trois pommes et en achète cinq. Combien en a-t-elle maintenant",
        "Calculez la moitié de quarante-huit.",
        "Résoudre l'équation 2x + 3 = 7.",
        "Donnez le nombre de nombres premiers inférieurs à dix.",
        "Un train roule deux heures à 80 km/h. Quelle distance parcourt-il ?",
        "Simplifie la fraction douze sur seize.",
    ],
    "Chinese": [
        "小明有三个苹果，又买了五个，一共有多少个",
        "求二十以内所有质数的和。",
        "解方程：2x+3=7。",
        "计算四分之三加八分之一",
        "一列火车两小时行驶160公里，每小时行驶多少公里？",
        "写出小于十的质数。",
    ],
    "others with figures and a question mark": [
        "Juan tiene 3 manzanas y compra 5. ¿Cuántas tiene ahora?",
        "У Ани 3 яблока, она купила ещё 5. Сколько у неё теперь?",
        "لدى آنا 3 تفاحات واشترت 5. كم لديها الآن؟",
        "アンはりんごを3個持っています。5個買うと全部で何個ですか？",
    ],
}
NOTHING_ASKED = {
    "English": ["Tom has 5 apples. They give 3 to Bob.", "A box, which holds 3 apples, is red.",
                "She gives 3 and shows 4.", "When Tom was 3, he had a dog.", "Write a story about 3 dogs."],
    "German": ["Der Hund ist braun und hat zwei Ohren.", "Er gibt Anna drei Äpfel und zeigt ihr den Baum."],
    "French": ["Le chien est brun et a deux oreilles.", "Il donne trois pommes à Marie."],
    "Chinese": ["这只狗有两只耳朵。", "老师要求学生写三页。"],
}  # fmt: skip
NO_QUANTITY = {
    "English": ["How many legs has the elf?", "Which of the tiers of a cake is larger? It costs a cent."],
    "German": [
        "Anna hat Äpfel. Wie viele hat sie?",
        "Wie hat er das gemacht? Er achtet sie und ist ein Freund.",
    ],
    "French": ["Marie a des pommes. Combien en a-t-elle ?"],
    "Chinese": ["小明有苹果，一共有多少个？", "什么是三角形？"],
}


def each(texts: dict[str, list[str]]) -> list[object]:
    return [pytest.param(text, id=f"{language}: {text}") for language, listed in texts.items() for text in listed]


@pytest.mark.parametrize("text", each(QUESTIONS))
def test_a_question_passes(text: str) -> None:
    assert has_quantity(text)
    assert asks(text)
    assert no_question(text, "stop", "") is None


@pytest.mark.parametrize("text", each(NOTHING_ASKED))
def test_a_statement_does_not(text: str) -> None:
    assert no_question(text, "stop", "") == "nothing-asked"


@pytest.mark.parametrize("text", each(NO_QUANTITY))
def test_a_text_without_a_number_does_not(text: str) -> None:
    assert no_question(text, "stop", "") == "no-quantity"


@pytest.mark.parametrize(
    "text",
    ["Anna hat 3 Äpfel. Wie viele hat sie?\nAntwort: 3", "Marie a 3 pommes. Combien ?\nRéponse : 3",
     "小明有3个苹果，一共几个？\n答：3", "小明有3个苹果，又买了2个，一共几个？\n3+2=5"],
)  # fmt: skip
def test_an_answer_under_its_label_is_found(text: str) -> None:
    assert no_question(text, "stop", "") == "answer-attached"
