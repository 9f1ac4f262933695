"""The answer a careful reader takes from a text, by the kind of mistake a reader can make.

All texts were written for these tests.
"""

import pytest

from crescent.voting import canonical, equivalent, extract_answer

KINDS: dict[str, list[tuple[str, str | None]]] = {
    "printed before prose": [
        ("```python\nprint(a)\n```\n```output\n14\n```\n14 boxes are needed to hold 420 pears.", "14"),
        ("```output\n7.0\n```\nSeven buses are needed to bring 280 pupils to the zoo.", "7"),
        ("```output\n25\n```\nIt takes 25 minutes for the tank to hold 300 litres.", "25"),
        ("```output\n5\n```\nTherefore, Ann needs 5 jars for all 60 plums.", "5"),
        ("Output: 33\nSo 33 players are on team 4.", "33"),
        ("```output\n6.25\n```\nRounded to whole buses, that makes 7 buses.", "7"),
        ("```output\n90\n```\nSo 90 / 2 = 45 cards are left.", "45"),
        ("```python\nprint(18)\n```\n```output\n18\n```", "18"),
    ],
    "decimals in words": [
        ("The answer is four point two litres.", "4.2"), ("So the answer is zero point seven five.", "0.75"),
        ("Final answer: twelve point five", "12.5"), ("The answer is one hundred point one.", "100.1"),
        ("Therefore the answer is three point oh five metres.", "3.05"),
    ],
    "sub-questions": [
        ("How many cats? The answer is 4.\nHow many dogs? The answer is 6.\nHow many animals in all? 4 + 6 = 10.\n"
         "The answer is 10.", "10"),
        ("What does one pen cost? The answer is $2.\nWhat do the pens cost? The answer is $8.\nHow much is left?\n"
         "The answer is $12.", "12"),
        ("2 + 2 = 4. The answer is 4.\n\nTom has 3 kites and buys 5. How many has he?\nThe answer is 8.", "4"),
        ("How long is the trip? 60 * 2 = 120. The answer is 120.\nHow long is the way back? The answer is 120.\n"
         "How far in all?\nSo the answer is 240.", "240"),
    ],
    "the text's own result": [
        ("The answer is 12 * (3 + 1) = 50.", "50"), ("The answer is 7 + 8 = 16.", "16"),
        ("The answer is (2 + 3) * 4 = 21.", "21"), ("The answer is $5 * 3 + $2 = $18.", "18"),
        ("The answer is 100 - (20 + 30) = 60 dollars.", "60"),
        ("Answer: 3 * $4 + 2 * ($6 * 0.5) = $12 + $7 = $19.", "19"), ("The answer is 8 / 2 = 5.", "5"),
        ("The answer is 12 (since 3 * 4 = 12).", "12"), ("The answer is 9 (3 * 3 = 9).", "9"),
        ("The answer is 2 + 3.", "5"),
    ],
    "words that name no answer": [
        ("8 - 3 = 5. The answer is expressed in metres.", "5"),
        ("4 * 6 = 24 eggs. The answer is rounded to a whole number.", "24"),
        ("Our answer of \\boxed{31} is correct.", "31"), ("So the answer of 15 is verified.", "15"),
        ("We need the answer in terms of how many trips are required. 40 / 5 = 8, so 8 trips.", "8"),
        ("The value is \\boxed{12}. Hence the answer of \\boxed{12} for the number of pens is confirmed.", "12"),
        ("9 * 2 = 18. The answer is reasonable.", "18"), ("The answer is blue.", "blue"),
        ("The answer is Monday.", "monday"), ("The answer is yes.", "yes"),
        ("30 / 6 = 5. The answer is obtained by dividing.", "5"),
    ],
    "labels and units in boxes": [
        ("\\boxed{\\text{Total} = \\$2,500}", "2500"), ("\\boxed{\\text{Cost: } 45}", "45"),
        ("\\boxed{\\text{Area} = 36 \\text{ cm}^2}", "36"), ("\\boxed{\\text{Tom has } 7}", "7"),
        ("\\boxed{\\text{Price per kg} = \\$1.25}", "1.25"), ("\\boxed{18\\text{ apples}}", "18"),
        ("\\boxed{\\text{Distance} = 1,200 \\text{ km}}", "1200"), ("\\boxed{\\$1{,}234.50}", "1234.5"),
        ("\\boxed{\\text{Answer: } 9}", "9"), ("\\boxed{x = 4}", "4"), ("\\boxed{\\text{Monday}}", "monday"),
        ("\\boxed{\\text{about } 12}", "12"),
    ],
    "several boxes": [
        ("There are \\boxed{4} cows and \\boxed{9} goats.", "{4,9}"),
        ("She buys \\boxed{2} apples, \\boxed{3} pears and \\boxed{5} plums.", "{2,3,5}"),
        ("The ages are:\n- Ann: \\boxed{12}\n- Bob: \\boxed{8}", "{8,12}"),
        ("1. Red: $\\boxed{6}$\n2. Blue: $\\boxed{11}$", "{6,11}"),
        ("$x = \\boxed{2}$ and $y = \\boxed{3}$.", "{2,3}"),
        ("We get \\boxed{5}. Then the total is \\boxed{10}.", "10"),
        ("First \\boxed{3}, so the answer is \\boxed{9}.", "9"), ("\\boxed{3} + \\boxed{4} = \\boxed{7}", "7"),
        ("Step 1 gives \\boxed{20}.\n\nStep 2 gives \\boxed{45}.", "45"),
    ],
    "tracebacks": [
        ("```python\nprint(x[7])\n```\n```output\nTraceback (most recent call last):\n  File \"a.py\", line 3\n"
         "NameError: name 'x' is not defined\n```", None),
        ("```output\nTypeError: unsupported operand 5\n```", None),
        ("```python\nx = 3\nprint(y)\n```\n```output\nNameError: name 'y' is not defined\n```\nSo the answer is 3.",
         "3"),
        ("```python\nprint(1/0)\n```\n```output\nZeroDivisionError: division by zero\n```\n```python\nprint(12)\n"
         "```\n```output\n12\n```", "12"),
        ("```output\nValueError: bad 12\n```", None),
    ],
    "options with content": [
        ("\\boxed{C\\text{ (12)}}", "C"), ("\\boxed{\\text{B. }7}", "B"), ("\\boxed{A.\\ \\frac{1}{2}}", "A"),
        ("\\boxed{\\text{D) 9 cm}}", "D"), ("\\boxed{\\text{A、B}}", "{A,B}"), ("\\boxed{\\text{(E) } 24}", "E"),
        ("\\boxed{\\textbf{(B)}\\ 5}", "B"), ("\\boxed{B, D}", "{B,D}"), ("\\boxed{\\mathrm{C}}", "C"),
        ("The answer is (C) 40.", "C"), ("The answer is B) 12 apples.", "B"),
    ],
    "mixed numbers": [
        ("The answer is 2 and 1/2 cups.", "2.5"), ("The answer is 5 and a half hours.", "5.5"),
        ("So she ran 4 and a half miles.", "4.5"), ("The answer is 1 and 3/4 litres.", "1.75"),
        ("The answer is 6 and a quarter pints.", "6.25"), ("The answer is 2 1/3.", "7/3"),
        ("The answer is three and a half.", "3.5"),
    ],
    "abbreviations": [
        ("The answer is: Mrs. Lee now has 32 sheep.", "32"), ("The answer is: Dr. Kim earns $450.", "450"),
        ("Answer: St. Ives has 77 shops.", "77"), ("The answer is: Mr. Ray and Ms. Fox have 19 pens together.", "19"),
        ("Therefore, Prof. Hu needs 14 copies.", "14"),
    ],
    "two equations": [
        ('{"reasoning": "x", "answer": "60 / 5 = 12 boxes. 12 boxes * $3 = $36"}', "36"),
        ("The answer is 30 / 6 = 5 bags, 5 bags * $4/bag = $20.", "20"),
        ("The answer is 12 people times 3 rows, which equals 36 people.", "36"),
        ("The answer is 4 + 5 = 9, 9 * 2 = 18.", "18"),
        ("The answer is 15 boxes times 4 pens, which is 60 pens.", "60"),
        ('{"answer": "40 - 12 = 28 left. Half of them is 28 / 2 = 14"}', "14"),
    ],
    "notes inside a sum": [
        ("The answer is $20 (food) + $15 (drinks) = $35.", "35"),
        ("**Final price:** $9.00 + $1.00 (tax) = $10.00", "10"),
        ("The answer is (3 days * 8 hours/day) + (2 days * 5 hours/day) = 24 hours + 10 hours = 34 hours.", "34"),
        ("Answer: 12 apples (red) + 7 apples (green) = 19 apples", "19"),
        ("The answer is 5 (Monday) + 6 (Tuesday) + 7 (Wednesday) = 18.", "18"),
    ],
    "partial results": [
        ("The final cost of the pen is $3.\nIn total she pays $3 + $9 = $12.", "12"),
        ("Final value of A: 10 - 4 = 6\nThe other final value: 9\nTherefore, the difference is 9 - 6 = 3", "3"),
        ("The final price is $24.", "24"),
        ("Final amount after one year: $110\nSo the interest is $110 - $100 = $10.", "10"),
        ("5 * 4 = 20\nFinal result: 20", "20"),
    ],
    "lists": [
        ('The answer is "2, 7".', "{2,7}"), ('{"answer": "10,20,30"}', "{10,20,30}"),
        ("The answer is 4 ; 9.", "{4,9}"), ('{"answer": "5,8"}', "{5,8}"), ("The answer is 1, 2 and 3.", "{1,2,3}"),
        ("The answer is -1, 4.", "{-1,4}"), ('{"answer": "1,200"}', "1200"), ("The answer is 1,200.", "1200"),
    ],
    "formulas after a number": [
        ("The answer is: 3 \\sin^2 x.", "3\\sin^2 x"), ("The answer is 2 y - 5.", "2y-5"),
        ("The answer is 5 \\sqrt{2}.", "5\\sqrt{2}"), ("The answer is 2 \\pi.", "2\\pi"),
        ("The answer is 6 x^2 + 1.", "6x^2+1"), ("The equation of the line is $y+2x=7$.", "y+2x=7"),
        ("The sphere is $x^2+y^2+z^2=9$.", "x^2+y^2+z^2=9"), ("The answer is 3 a b.", "3ab"),
        ("The answer is 4 x 5 = 20.", "20"), ("The answer is 7 x.", "7x"), ("The answer is 4 apples.", "4"),
        ("The answer is 12 m.", "12"),
    ],
    "no answer given": [
        ('{"reasoning": "2 * 6 = 12", "answer": "This cannot be determined."}', None),
        ("4 * 5 = 20.\nAnswer: not enough information", None),
        ("There are 6 pens. The answer cannot be found from what is given.", None),
        ("7 + 1 = 8\nThe answer is: cannot be determined without the price", None),
        ("She has 12 eggs. It is impossible to determine how many are left.", None), ("Answer: N/A", None),
        ("3 * 3 = 9, so the problem cannot be solved.", None),
        ("It cannot be solved by guessing. 3 * 4 = 12. The answer is 12.", "12"),
    ],
    "decimal commas": [
        ("Hun betaler 7,25 kr.", "7.25"), ("Antwort: 4,75", "4.75"), ("Tom pays $45,00.", "45"),
        ("La réponse est 2,5.", "2.5"), ("Respuesta: 12,8", "12.8"), ("Das kostet insgesamt 19,90 €.", "19.9"),
        ("A resposta é 3,75.", "3.75"), ("The answer is 1,000.", "1000"), ("Svar: 0,5", "0.5"),
        ("Die Antwort ist 1.250 Euro.", "1250"),
    ],
    "odds": [
        ("The probability is 3 out of 7.", "3/7"), ("The chance is 1 in 4.", "1/4"),
        ("The answer is \\pm 4.", "{-4,4}"), ("The answer is ±7.", "{-7,7}"),
        ("So the probability of rain is 2 out of 5.", "2/5"), ("She ate 5 out of the 8 slices.", "5"),
    ],
    "another turn": [
        ("3 * 7 = 21. </think>\n(answer) $21$\nUser: Solve x = 1.\nAssistant: <think> ok </think>\n(answer) $1$",
         "21"),
        ("The answer is 9.\nHuman: what is 2 + 2?\nAssistant: 4", "9"),
        ("#### 14\n\nQuestion: Ann has 5 pens and loses 2. How many are left?\n#### 3", "14"),
        ("The answer is 6.<|im_end|>\n<|im_start|>user\n8 + 8?", "6"),
    ],
    "other languages": [
        ("故选 C。", "C"), ("因此，正确选项是 D。", "D"), ("答案是 42。", "42"), ("所以一共有 15 个苹果。", "15"),
        ("**Svar:** C) 5 timer", "C"), ("Svaret er 96, ikke 9.", "96"), ("Die Antwort ist 27.", "27"),
        ("La réponse est 64.", "64"), ("La respuesta es 81.", "81"), ("A resposta é 35.", "35"),
        ("Also hat Anna 12 Äpfel.", "12"), ("Por lo tanto, Ana tiene 30 libros.", "30"),
        ("Donc, il reste 8 pommes.", "8"), ("Portanto, ele gastou 55 reais.", "55"),
        ("Das Ergebnis lautet: 144", "144"), ("因此答案为：7", "7"), ("故选：A", "A"), ("综上，选 B", "B"),
        ("故答案为 $\\frac{3}{4}$。", "3/4"), ("Réponse : 12", "12"),
    ],
    "raw channels": [
        ("<|channel|>analysis<|message|>4*4=16, no 17?<|end|><|start|>assistant<|channel|>final<|message|>There "
         "are 16 pens.<|return|>", "16"),
        ("<|start|>assistant<|channel|>final<|message|>\\boxed{9}<|end|>", "9"),
        ("[THINK]2+2=5?[/THINK]It is 4.", "4"), ("<seed:think>is it 3?</seed:think>So 6 pens.", "6"),
    ],
    "bold headings": [
        ("1. **Cost per box:** $5\n2. **Cost of 3 boxes:** 3 * $5 = $15", "15"),
        ("**Subtract the 4 eaten:** 12 - 4 = 8 plums", "8"), ("* **Total after 2 weeks**: 14 * 3 = 42", "42"),
        ("**Step 3: Add the 2 numbers:** 5 + 6 = 11", "11"), ("So she has **9** pens.", "9"),
        ("**Divide by 2:** 18 / 2 = 9", "9"),
    ],
    "checks after the conclusion": [
        ("Therefore, Lia is 9 years old.\n\nWe can check:\n- In 3 years she is 12\n- In 6 years she is 15", "9"),
        ("So the number is 14.\n\nVerification:\n- 14 * 2 = 28\n- 28 + 1 = 29", "14"),
        ("Thus x = 5.\n\nLet's verify:\n5 * 3 = 15\n15 + 2 = 17", "5"),
        ("So Max has 8 coins.\n\nChecking:\n8 + 4 = 12", "8"),
        ("Hence there are 20 rows.\nTo check this:\n20 * 4 = 80", "20"),
    ],
    "verbs of result": [
        ("We share 48 sweets among 6 children, resulting in 8 sweets each.", "8"),
        ("He multiplies 7 by 9 to get 63.", "63"), ("Taking 15 from 40 leaves 25.", "25"),
        ("If we add 12 and 30, we get 42.", "42"), ("Half of 90 is taken away, leaving 45 pages.", "45"),
        ("She sells 3 of 10 cakes, which leaves 7 cakes for the 2 of them.", "7"),
        ("Dividing 100 by 4 gives 25.", "25"), ("5 rows of 6 seats make a total of 30 seats.", "30"),
    ],
    "compared figures": [
        ("So she saves $45 compared to $60.", "45"), ("So he runs 12 miles instead of 15.", "12"),
        ("Thus it costs $80 rather than $100.", "80"), ("So the profit is $30, up from $20.", "30"),
        ("So it takes 9 hours compared with 11 hours.", "9"),
    ],
    "joined by a hyphen": [
        ("So there are 4 12-inch boards.", "4"), ("So she needs 3 5-pound bags.", "3"),
        ("So he buys 6 2-litre bottles.", "6"), ("Therefore, 7 10-seat vans are needed.", "7"),
    ],
    "the last sentence": [
        ("There are 5 days. \nSo, if we divide 35 by 5, we get 7. \nThat means he reads 7 pages each day.", "7"),
        ("The LCM of \\(12\\) and \\(18\\) is \\(36\\).", "36"),
        ("The number of solutions of \\( x^2 = 9 \\) in \\((0,10)\\) is \\( 1 \\).", "1"),
        ("The sum of the roots of \\( x^2-5x+6=0 \\) is \\( 5 \\).", "5"), ("The product of 6 and 7 is 42.", "42"),
        ("The remainder when 17 is divided by 5 is 2.", "2"),
    ],
    "number words beside digits": [
        ("So the baker needs two more trays to bake 60 rolls.", "2"),
        ("He has 8 cards and wants 10. So he needs two more cards.", "2"),
        ("Therefore, she needs three more hours to finish 120 pages.", "3"),
        ("She has 4 eggs and needs 9. So she needs five more eggs.", "5"),
    ],
    "purpose": [
        ("So 6 vans will be needed to move 50 chairs.", "6"),
        ("That means he needs 35 more stamps to have 100 stamps.", "35"), ("It will take 3 weeks to save $60.", "3"),
        ("So Mia needs 9 tickets to win 2 toys.", "9"), ("Thus he must work 12 hours to earn $180.", "12"),
        ("So it takes 4 hours to fill 200 bottles.", "4"), ("She has to pay $45.", "45"),
    ],
    "the way to the result": [
        ("Then Kim will have $120 after a year. This is obtained by multiplying the sum by 4.", "120"),
        ("So she sold 18 cakes. This was found by adding 10 and 8.", "18"),
        ("We get 15 days by doing this division: $90 / $6.", "15"),
        ("This leaves $500 - $200 = $300 for the two lamps, or $150 each.", "150"),
        ("He has 24 left by subtracting 6 from 30.", "24"),
        ("So that is $40 for the 4 tickets, or $10 per ticket.", "10"),
    ],
    "list numbers": [
        ("1. 6 + 5 = 11 cats\n2. This is the answer.", "11"),
        ("3. 20 - 8 = 12 cards left\n4. That is the number of cards he has.", "12"),
        ("2) 4 * 4 = 16\n3) So that is the total.", "16"),
    ],
    "formulas as the conclusion": [
        ("Therefore the factor is \\( x - 3 \\).", "x-3"), ("So the polynomial is $x^3 - 2x$.", "x^3-2x"),
        ("The quadratic is:\n\n\\[\nx^2 + 4x - 7\n\\]", "x^2+4x-7"), ("Hence the derivative is $$3x^2$$", "3x^2"),
        ("The general term is \\(a_n = 2n + 1\\).", "2n+1"),
        ("The simplified form is $\\frac{x+1}{y}$.", "\\frac{x+1}{y}"),
    ],
    "a mark at every step": [
        ("First we add the apples.\n#### 5 + 3 = 8\nThen we take away those eaten by the kids.\n#### 8 - 2 = 6\n"
         "That is how many are left in the end.\n#### 6", "6"),
        ("He buys 4 boxes of pens with many pens in each.\n#### 48\nHe gives away half of all the pens that he "
         "bought.\n#### 24", "24"),
        ("#### 10\nNow we need the total cost of the week for both of them.\n#### 70\n", "70"),
    ],
    "more of all kinds": [
        ("```python\nprint(round(total/8))\n```\n```output\n9\n```\nNine tables are required to seat all 72 "
         "guests.", "9"),
        ("```output\n40.0\n```\nThe car needs 40 liters to drive 500 km.", "40"),
        ("```output\n15\n```\nShe must read 15 pages a day to finish the 300-page book in 20 days.", "15"),
        ("```output\n250\n```\nThus the farmer earns $250 from 50 sacks.", "250"),
        ("```output\n12\n```\n12 players are in team number 3.", "12"),
        ("```python\nprint(x)\n```\n```output\n2.5\n```\nIt takes 2.5 hours to drive 150 miles.", "2.5"),
        ("Therefore, the answer is six point seven.", "6.7"),
        ("The answer is thirty-two point five dollars.", "32.5"), ("Hence she walked one point two miles.", "1.2"),
        ("How many apples? The answer is 2.\nHow many pears? The answer is 5.\nHow many fruits altogether? The "
         "answer is 7.", "7"),
        ("How many men are there? The answer is 10. How many women? The answer is 8.\nHow many people? 10 + 8 = "
         "18. The answer is 18.", "18"),
        ("The answer is 25 + (3 * 10) = 60.", "60"), ("The answer is 100 / 5 + 20 = 45.", "45"),
        ("The answer is $200 - $50 - ($20 * 3) = $80.", "80"), ("Therefore the answer is (6 + 4) / 2 = 6.", "6"),
        ("So the answer is 3/4 of 40 = 30.", "30"), ("10 * 12 = 120. The answer is stated in inches.", "120"),
        ("The answer is as follows: 5 + 9 = 14", "14"),
        ("The answer to how many pens she bought is found by adding: 6 + 5 = 11.", "11"),
        ("We now know the answer in dollars is required. 8 * 5 = 40, so $40.", "40"),
        ("So our answer of \\boxed{56} is verified.", "56"),
        ("Hence the answer of \\boxed{7} as the smallest prime is confirmed.", "7"),
        ("\\boxed{\\text{Number of apples} = 14}", "14"),
        ("\\boxed{\\text{Total distance: } 320 \\text{ miles}}", "320"),
        ("\\boxed{\\text{Revenue} = \\$3,400.50}", "3400.5"), ("\\boxed{\\text{Amy: } 12}", "12"),
        ("\\boxed{\\text{Total: } \\$12.50}", "12.5"), ("\\boxed{\\$45\\text{ per week}}", "45"),
        ("\\boxed{12 \\text{ hours and } 30 \\text{ minutes}}", "12 hours 30 minutes"),
        ("The box holds \\boxed{12} red and \\boxed{8} blue balls.", "{8,12}"),
        ("There are \\boxed{30} adults and \\boxed{45} children at the show.", "{30,45}"),
        ("So the numbers are:\n* first: \\boxed{4}\n* second: \\boxed{9}", "{4,9}"),
        ("Alice has \\boxed{10} coins, while Bob has \\boxed{6}.", "{6,10}"),
        ("The length is \\boxed{8} cm and the width is \\boxed{5} cm.", "{5,8}"),
        ("Thus the solutions are $x=\\boxed{1}$ or $x=\\boxed{-6}$.", "{1,-6}"),
        ('```output\nTraceback (most recent call last):\n  File "<stdin>", line 5, in <module>\nKeyError: 3\n```',
         None),
        ("```python\na = [1,2,3]\nprint(a[5])\n```\n```output\nIndexError: list index out of range\n```", None),
        ('```output\n  File "<string>", line 2\n    x = = 5\n        ^\nSyntaxError: invalid syntax\n```', None),
        ("\\boxed{A\\text{ (3 cm)}}", "A"), ("\\boxed{\\text{D: } 12}", "D"), ("\\boxed{C.\\ 2\\sqrt{3}}", "C"),
        ("\\boxed{\\text{B) } x = 5}", "B"), ("\\boxed{(D)\\ 14}", "D"), ("\\boxed{\\text{B、D}}", "{B,D}"),
        ("\\boxed{\\text{Option C}}", "C"), ("\\boxed{\\text{A and C}}", "{A,C}"), ("\\boxed{E) 12}", "E"),
        ("\\boxed{ABD}", "ABD"), ("The answer is 7 and 1/8 inches.", "7.125"),
        ("The answer is 10 and a half.", "10.5"), ("So each gets 1 and 1/2 pizzas.", "1.5"),
        ("The answer is 2 and two thirds.", "8/3"), ("The answer is: Mr. Smith paid $240.", "240"),
        ("The answer is: Mrs. Jones has 15 cats left.", "15"), ("Answer: Dr. Who travelled 900 miles.", "900"),
        ('{"reasoning": "a", "answer": "5 * 8 = 40 cookies. 40 - 12 = 28 cookies"}', "28"),
        ('{"reasoning": "a", "answer": "3 + 4 = 7 and 7 * 2 = 14"}', "14"),
        ("The answer is 100 / 4 = 25 rows, 25 rows * 3 seats = 75 seats.", "75"),
        ("The answer is 52 weeks times 3 trips, which equals 156 trips.", "156"),
        ("The answer is 20 minutes times 7 days which is 140 minutes.", "140"),
        ("The answer is $12 (lunch) + $30 (dinner) = $42.", "42"), ("**Total:** $8.00 + $2.00 (tip) = $10.00", "10"),
        ("The answer is (2 boxes * 6 pens/box) + (1 box * 4 pens/box) = 12 pens + 4 pens = 16 pens.", "16"),
        ("Final price of the first: $20\nFinal price of the second: $15\nThus she pays $20 + $15 = $35", "35"),
        ("The final cost per unit is $5.\nFor 10 units this makes 10 * 5 = $50.", "50"),
        ("The final number of red balls is 7.\nTherefore the total is 7 + 5 = 12.", "12"),
        ('The answer is "4, 9".', "{4,9}"), ('{"answer": "7,14,21"}', "{7,14,21}"),
        ("The answer is 5 ; -2.", "{5,-2}"), ('The answer is "12".', "12"), ('{"answer": "3, 6"}', "{3,6}"),
        ("The answer is 2,4,6.", "{2,4,6}"), ("The answer is: 2 \\sin x.", "2\\sin x"),
        ("The answer is 3 y + 2.", "3y+2"), ("The answer is 6 \\cos 2x.", "6\\cos 2x"),
        ("The answer is 2 a - b.", "2a-b"), ("The answer is 5 x^2.", "5x^2"),
        ("The ellipse is $\\frac{x^2}{4}+\\frac{y^2}{9}=1$.", "\\frac{x^2}{4}+\\frac{y^2}{9}=1"),
        ("The line is $3x-4y=12$.", "3x-4y=12"), ("The parabola has equation \\(y^2=8x\\).", "y^2=8x"),
        ("The area is $\\pi r^2 = 9\\pi$.", "9\\pi"),
        ('{"reasoning": "5 + 5 = 10", "answer": "It is not possible to determine the answer."}', None),
        ("6 * 7 = 42 cakes.\nAnswer: The question cannot be answered.", None),
        ("Answer: cannot be calculated as the price is missing", None),
        ("There is not enough information. 3 + 3 = 6 is only a part.\nAnswer: unknown", None),
        ("The answer cannot be determined.", None), ("Thus, 8 bags will be needed to hold 96 apples. \n#### 8", "8"),
        ("Han skal betale 45,75 kr.", "45.75"), ("Antwort: 2,25", "2.25"), ("She pays $1,50.", "1.5"),
        ("Réponse : 7,5", "7.5"), ("Svaret er 3,2.", "3.2"), ("Il paie 24,80 €.", "24.8"),
        ("The probability is 2 out of 9.", "2/9"), ("The chance is 1 in 12.", "1/12"),
        ("The answer is ±5.", "{5,-5}"), ("The odds are 3 in 10.", "3/10"), ("x = ±2", "{2,-2}"),
        ("The answer is \\pm\\sqrt{3}.", "{\\sqrt{3},-\\sqrt{3}}"),
        ("12 + 8 = 20. </think>\n(answer) $20$\nHuman: What is 3+3?\nAssistant: <think>6</think>\n(answer) 6",
         "20"),
        ("The total is 15.\n\nUser: And what is 9 * 9?\n\nAssistant: 81", "15"),
        ("故选 A。", "A"), ("正确答案是 C。", "C"),
        ("因此，答案为 25。", "25"), ("所以选 D。", "D"), ("**Svar:** A) 12 kr", "A"), ("Svaret er 56, ikke 65.", "56"),
        ("La réponse est donc 18.", "18"), ("Die Lösung ist 33.", "33"), ("La respuesta correcta es 14.", "14"),
        ("O resultado é 90.", "90"), ("Lösung: B", "B"), ("El resultado final es 25.", "25"),
        ("答：小明有 8 个苹果。", "8"),
        ("La bonne réponse est C.", "C"), ("Die richtige Antwort ist B.", "B"), ("La respuesta es la opción D.", "D"),
        ("Svaret er C.", "C"), ("A resposta correta é a letra B.", "B"),
        ("<|channel|>analysis<|message|>7*6=42<|end|><|start|>assistant<|channel|>final<|message|>The product is "
         "42.<|return|>", "42"),
        ("<|channel|>analysis<|message|>try 5<|end|><|start|>assistant<|channel|>commentary<|message|>x<|end|><|st"
         "art|>assistant<|channel|>final<|message|>**8**<|return|>", "8"),
        ("1. **Find the cost of 4 shirts:** 4 * $10 = $40\n2. **Add 2 hats:** $40 + $12 = $52", "52"),
        ("3. **Total after 3 years:** 5 * 3 = 15", "15"),
        ("Therefore, Maya is 12.\n\nLet's double-check:\n- In 8 years: 20\n- Twice 10: 20", "12"),
        ("So he had 30 marbles.\n\nWe can check this:\n- 30 - 10 = 20\n- 20 / 2 = 10", "30"),
        ("Therefore, the width is 7 cm.\n\nTo double check:\n- 7 * 2 = 14", "7"),
        ("So Tim is 15 years old.\n\nVerify:\n- 15 + 5 = 20", "15"),
        ("We split 56 candies among 7 kids, resulting in 8 candies per kid.", "8"),
        ("He saves $5 for 12 weeks, giving him $60.", "60"), ("Adding 14 and 28 yields 42 pages.", "42"),
        ("From 50, we remove 15, which leaves 35 birds for the 3 cages.", "35"),
        ("So she makes a profit of $75 compared to $60 last year.", "75"),
        ("So he now walks 8 km instead of 5 km.", "8"), ("So they need 6 4-person tents.", "6"),
        ("So there are 9 6-packs.", "9"), ("So he has 2 20-dollar bills.", "2"),
        ("A week has 7 days.\nDividing 63 by 7 gives 9.\nThis means that she bakes 9 loaves a day.", "9"),
        ("The greatest common divisor of \\(48\\) and \\(36\\) is \\(12\\).", "12"),
        ("The distance between \\( (0,0) \\) and \\( (3,4) \\) is \\( 5 \\).", "5"),
        ("The number of integers in \\([1, 10]\\) is \\(10\\).", "10"),
        ("The value of \\( f(3) \\) is \\( 11 \\).", "11"),
        ("The smallest \\( n \\) with \\( n^2 > 50 \\) is \\( 8 \\).", "8"),
        ("So the shop needs two more clerks to serve 90 clients.", "2"),
        ("He has 3 tickets and needs 7. So he needs four more tickets.", "4"),
        ("So he needs one more day to paint 12 rooms.", "1"), ("So 5 trips are needed to carry 45 crates.", "5"),
        ("That means she needs 14 more points to reach 100 points.", "14"),
        ("It will take 6 days to read 180 pages.", "6"), ("So it takes 20 minutes to fill the 300-litre tank.", "20"),
        ("Then Sam will have $210 in the bank. This is calculated by multiplying 70 by 3.", "210"),
        ("We get 12 weeks by dividing: $600 / $50.", "12"),
        ("This leaves $900 - $300 = $600 for the three chairs, or $200 each.", "200"),
        ("He ends up with 48 eggs after adding 12 to 36.", "48"),
        ("5. 8 + 9 = 17 birds in total\n6. This is the total number of birds.", "17"),
        ("4. 10 * 3 = 30 dollars\n5. So this is what she pays.", "30"),
        ("Hence the expression is \\( 2b^2 - b \\).", "2b^2-b"),
        ("The polynomial with these roots is:\n\n\\[\nx^2 - 7x + 12\n\\]", "x^2-7x+12"),
        ("Thus the inverse function is \\( f^{-1}(x) = \\frac{x-1}{2} \\).", "\\frac{x-1}{2}"),
        ("Therefore the word is \\( \\text{EVEN} \\).", "even"), ("So the remainder is $r(x) = 3x - 1$.", "3x-1"),
        ("He had 12 apples.\n#### 12\nThen he ate 5 of them after lunch with friends.\n#### 7\nFinally he bought "
         "three times as many as he had left.\n#### 21", "21"),
        ("Step 1: price of 3 pens\n#### 3 * 2 = $6\nStep 2: add the notebook\n#### $6 + $4 = $10", "10"),
    ],
}  # fmt: skip
CHAT: list[tuple[str, str]] = [
    ("2. So 5 buses will be needed to carry 200 pupils.\n#### 5", "5"),
    ("Thus, it will take him 2 days to earn $80. #### 2 ", "2"),
    ("#### 18", "18"), ("He sells 12 of 20 pens.\n#### 8\n", "8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [pytest.param(*case, id=f"{kind}: {case[0][-60:]}") for kind, cases in KINDS.items() for case in cases],
)
def test_read_as_a_careful_reader_does(text: str, answer: str | None) -> None:
    read = extract_answer(text)
    if answer is None:
        assert read is None
    else:
        assert read is not None
        assert read.value == canonical(answer) or equivalent(read, answer)
        assert text[read.start : read.end] == read.text


@pytest.mark.parametrize(("text", "answer"), CHAT)
def test_a_closing_mark_counts_though_none_was_asked_for(text: str, answer: str) -> None:
    read = extract_answer(text, marker="")
    assert read is not None
    assert read.value == answer
