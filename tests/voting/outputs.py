"""Outputs in the manner of public models, each with the answer a careful reader takes from it.

Every text was written for these tests. `None` means that the text gives no answer.
"""

CHAT = {
    "numbered steps, conclusion, closing words": (
        "Sure! Let's solve this step by step:\n\n1. Mia picks 14 apples.\n2. She gives 5 to Tom: 14 - 5 = 9\n"
        "3. She then picks twice as many: 9 x 2 = 18\n\nTherefore, Mia has 18 apples in her basket.\n\n"
        "I hope this helps! Let me know if you have any other questions.",
        "18",
    ),
    "great job opening": (
        "Great question! To find the total, we need to multiply the number of boxes by the price.\n\n"
        "12 boxes x $4 per box = $48\n\nSo, the school pays $48 for the boxes.",
        "48",
    ),
    "answer heading before the working": (
        "Answer: To find how far the bus drives, multiply speed and time.\n\n60 miles/hour x 3 hours = 180 miles\n\n"
        "So the bus drives 180 miles.",
        "180",
    ),
    "price per month": (
        "The rent is $900 and the bills are $300.\n\n$900 + $300 = $1,200\n\n"
        "Therefore, Lena pays a total of $1,200 per month for her flat.",
        "1200",
    ),
    "cents in the conclusion": (
        "Each pen is $1.25, so 3 pens cost 3 × $1.25 = $3.75.\n\nSo Omar spends $3.75.",
        "3.75",
    ),
    "conclusion with an input after the answer": (
        "300 / 60 = 5\n\nThus, it takes Petra 5 hours to drive 300 miles.",
        "5",
    ),
    "conclusion with an input before the answer": (
        "First, 24 / 4 = 6.\n\nSo after sharing all 24 sweets with her 4 friends, each child has 6 sweets.",
        "6",
    ),
    "restated inputs at the end": (
        "There are 3 trays with 6 eggs each, so 3 * 6 = 18 eggs were baked. So all 12 of the 15 guests had cake.",
        "18",
    ),
    "question back to the user": (
        "She has 20 - 8 = 12 stamps left.\n\nWould you like me to make 3 more problems like this one?",
        "12",
    ),
    "a check after the answer": (
        "Let x be the smaller number. x + x + 4 = 30, so x = 13.\n\nThe smaller number is 13.\n\n"
        "Check: 13 + 17 = 30, which is correct.",
        "13",
    ),
    "a note after the answer": (
        "The train covers 45 * 4 = 180 km.\n\nTherefore, the train covers 180 km.\n\n"
        "Note: we assumed that it runs 4 hours without 1 stop.",
        "180",
    ),
    "words only": ("Two of the five birds flew away, so there are three birds left.", "3"),
    "bold conclusion": (
        "Here's how to solve it:\n\n* **Cakes:** 3 cakes * $12/cake = $36\n* **Pies:** 2 pies * $9/pie = $18\n"
        "* **Total:** $36 + $18 = $54\n\nTherefore, the bakery earned **$54** that morning.",
        "54",
    ),
    "whole conclusion in bold": (
        "**1. Pages read:** 15 * 6 = 90\n\n**2. Pages left:** 200 - 90 = 110\n\n**Therefore, Ida has 110 pages left.**",
        "110",
    ),
    "bold answer label": ("**Solution:**\n\n7 * 8 = 56\n\n**Answer:** 56 chairs", "56"),
    "bold answer label, sentence": ("16 + 26 = 42\n\n**Answer:** The farmer has **42** sheep on 2 meadows.", "42"),
    "bold around the label's colon": ("5 * 5 = 25\n\n**Final Answer**: 25", "25"),
    "answer heading": ("## Working\n\n9 * 7 = 63\n\n## Answer\n\n63 litres", "63"),
    "final answer heading and sentence": (
        "### Step 1: Find the cost\n8 * 3 = 24\n\n### Final Answer\n\nThe toys cost **$24** in total.",
        "24",
    ),
    "hallucinated user turn": ("The answer is 12.\n\nUser: What is 5 + 6?\nAssistant: The answer is 11.", "12"),
    "instruction tokens": ("The answer is 12. [/INST] [INST] And 5 + 6? [/INST] The answer is 11.", "12"),
    "end of turn token": ("The answer is 12.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n7 + 8?", "12"),
    "emoji closing": ("So the total is 4 + 9 = 13 balloons! 🎈\n\nHave a great day! 😊", "13"),
    "rounded up": ("54 / 8 = 6.75, which rounds up to 7.\nShe must buy 7 packs of glue.", "7"),
    "unit conversion in the conclusion": ("The hall needs 150 minutes = 2.5 hours of cleaning.", "2.5"),
    "percent conclusion": ("12 / 48 = 0.25\n\nSo 25% of the pupils walk to school.", "25%"),
    "time conclusion": ("9:15 + 45 minutes = 10:00.\n\nThe film starts at 10:00 a.m.", "10:00 am"),
    "a greeting without an answer": ("I'm sorry, but I cannot help with that.", None),
}

MATH = {
    "boxed in display": ("\\[ 12 \\times 4 = 48 \\]\n\nThe total is \\(\\boxed{48}\\).", "48"),
    "boxed with unit text": ("Thus the area is $\\boxed{36\\text{ cm}^2}$.", "36"),
    "boxed dollars": ("The trip costs \\(\\boxed{\\$1{,}250}\\).", "1250"),
    "boxed fraction": ("so the share is $\\boxed{\\dfrac{3}{8}}$.", "0.375"),
    "boxed nested": ("$\\boxed{\\text{\\textbf{(C)}}\\ 12}$", "C"),
    "boxed letter": ("Therefore the answer is $\\boxed{\\text{(C)}}$.", "C"),
    "boxed equation": ("We find $\\boxed{x = 7}$.", "7"),
    "boxed without braces": ("Hence $\\boxed 9$.", "9"),
    "fbox": ("The result is \\fbox{27}.", "27"),
    "boxed intermediate and final": (
        "First, $2 + 3 = \\boxed{5}$ boxes. Then $5 \\times 4 = 20$, so we have $\\boxed{20}$.",
        "20",
    ),
    "two boxes as one answer": ("The numbers are $\\boxed{3}$ and $\\boxed{8}$.", "{3,8}"),
    "boxed cut off": ("So the answer is \\boxed{144", "144"),
    "boxed placeholder is none": ("Put the answer in \\boxed{}. 4 + 4 = 8, so she has 8.", "8"),
    "phrase with colon": ("There are 3 rows of 9 seats.\n3 * 9 = 27\nThe answer is: 27", "27"),
    "phrase after a marker": ("3 * 9 = 27\n#### 27\nThe answer is: 27", "27"),
    "minerva": ("Final Answer: The final answer is $27$. I hope it is correct.", "27"),
    "latex inline phrase": ("Therefore, the final answer is \\( 27 \\).", "27"),
    "phrase with an equation": ("The answer is 9 * 3 = 27 seats.", "27"),
    "phrase with a variable": ("So the answer is x = 27.", "27"),
    "phrase, fraction": ("The answer is $\\frac{27}{4}$ hours.", "6.75"),
    "phrase, mixed number": ("The answer is 6 3/4 cups.", "6.75"),
    "phrase, negative": ("The answer is -27 degrees.", "-27"),
    "phrase, unicode minus": ("The answer is −27.", "-27"),
    "phrase, percent": ("The answer is 12.5%.", "12.5%"),
    "phrase, scientific": ("The answer is $1.2 \\times 10^{3}$.", "1200"),
    "phrase, Indian separators": ("The final answer is ₹1,00,000.", "100000"),
    "phrase, words": ("The answer is twenty-one.", "21"),
    "phrase, dozen": ("The answer is a dozen eggs.", "12"),
    "phrase, choice": ("So the answer is (B).", "B"),
    "phrase, choice with text": ("The correct answer is B) 12 apples", "B"),
    "phrase, day": ("The answer is Thursday.", "thursday"),
    "phrase, yes": ("Answer: Yes", "yes"),
    "phrase, time": ("The answer is 10:30.", "10:30"),
    "phrase, ratio": ("The answer is 3:2.", "3:2"),
    "phrase, tuple": ("The answer is $(2, -3)$.", "(2,-3)"),
    "phrase, interval": ("The solution set, our final answer: $[0, \\infty)$", "[0,∞)"),
    "phrase, root": ("The answer is $2\\sqrt{3}$.", "2\\sqrt{3}"),
    "phrase, degree": ("The answer is $60^\\circ$.", "60"),
    "phrase, pi": ("The answer is $4\\pi$.", "4π"),
    "answer to the question": ("The answer to the question of how many seats there are is 27.", "27"),
    "self-correction": ("The answer is 26.\nWait, is that right? 3 * 9 is 27.\nThe answer is 27.", "27"),
    "explanation after the phrase": (
        "The answer is 27.\n\nExplanation: 3 rows times 9 seats gives 27, as 3 * 9 = 27.",
        "27",
    ),
    "thinking": ("<think>\nMaybe 26? No, 3 * 9 = 27.\n</think>\n\nThe hall has **27** seats.", "27"),
    "thinking with the answer inside alone": ("<think>\n3 * 9 = 27, so \\boxed{27}\n</think>", "27"),
    "mock headings": ("#### Step 1: Count 3 rows\n#### Step 2: Multiply\n3 * 9 = 27\n#### Answer: 27", "27"),
    "numbered headings with the marker": ("#### 1. Count the rows\n3 rows\n#### 2. Multiply\n3 * 9 = 27 seats.", "27"),
    "solve for x": ("2x + 3 = 17\n2x = 14\nx = 7", "7"),
    "result in an aligned block": (
        "\\begin{align*}\nT &= 3 \\cdot 9 \\\\\n&= 27\n\\end{align*}\nThus there are 27 seats.",
        "27",
    ),
    "approximately": ("10 / 3 ≈ 3.33\n\nSo each gets approximately 3.33 litres.", "3.33"),
    "answer in a code span": ("The answer is `27`.", "27"),
}

FEW_SHOT = {
    "marker": ("3 * 9 = <<3*9=27>>27 seats.\n#### 27", "27"),
    "calculator marks without a marker": ("There are 3 * 9 = <<3*9=27>>27 seats.", "27"),
    "calculator marks after a currency": ("He pays 3 * 9 = $<<3*9=27>>27.", "27"),
    "marker and closing words": ("#### 27\nLet me know if you need 2 more examples!", "27"),
    "marker, currency": ("#### $1,027.50", "1027.5"),
    "marker, bold": ("#### **27**", "27"),
    "marker, boxed": ("#### \\boxed{27}", "27"),
    "marker, unit": ("#### 27 seats", "27"),
    "marker, no space": ("####27", "27"),
    "marker, next line": ("####\n27", "27"),
    "marker, sentence": ("#### The answer is 27.", "27"),
    "marker, label": ("#### Final Answer: 27", "27"),
    "marker, last heading": ("3 * 9 = 27\n#### Total cost: $27", "27"),
    "next question, labelled": ("So there are 27.\n#### 27\n\nQuestion: 4 + 4?\nAnswer: 8\n#### 8", "27"),
    "next question, letter": ("The answer is 27.\n\nQ: How much is 4 + 4?\nA: The answer is 8.", "27"),
    "next question, unlabelled": ("The answer is 27.\n\nAnn has 4 pens. How many has she?\nThe answer is 4.", "27"),
    "next question after a marker, unlabelled": (
        "#### 27\n\nAnn has 4 pens and 4 more. How many?\n4 + 4 = 8\n#### 8",
        "27",
    ),
    "next problem, heading": ("\\boxed{27}\n\n### Problem 2:\nWhat is 4 + 4?\n\\boxed{8}", "27"),
    "instruction template": (
        "The answer is: 27\n\n### Instruction:\nAdd 4 and 4.\n\n### Response:\nThe answer is: 8",
        "27",
    ),
    "echoed question": ("Question: What is 3 * 9?\nAnswer: 3 * 9 = 27\n#### 27", "27"),
    "sub-questions": (
        "Question 1: How many rows? 3.\nQuestion 2: How many seats? 3 * 9 = 27.\nThe answer is 27.",
        "27",
    ),
}

PROGRAM = {
    "output block": ("```python\nprint(3 * 9)\n```\n```output\n27\n```", "27"),
    "output block, then words": (
        "```python\nprint(3 * 9)\n```\n```output\n27\n```\nThe hall has $\\boxed{27}$ seats.",
        "27",
    ),
    "output block, float": ("```output\n26.999999999999996\n```", "27"),
    "tagged output": ("<llm-code>\nprint(3 * 9)\n</llm-code>\n<llm-code-output>\n27\n</llm-code-output>", "27"),
    "output line": ("def solution():\n    return 3 * 9\n\nOutput: 27", "27"),
    "output sentence": ("Output: The hall has 27 seats", "27"),
    "dict": ("{'answer': 27}", "27"),
    "json": ('{"reasoning": "3 rows of 9", "final_answer": "27"}', "27"),
    "last assignment": ("rows = 3\nseats = 9\nanswer = 27", "27"),
    "comment with the result": ("total = 3 * 9\nprint(total)  # Output: 27", "27"),
    "code and a concluding sentence": ("```python\nrows = 3\nprint(rows * 9)\n```\nSo there are 27 seats.", "27"),
}

OUTPUTS = {"chat": CHAT, "math": MATH, "few-shot": FEW_SHOT, "program": PROGRAM}
CASES = [(manner, name, text, answer) for manner, table in OUTPUTS.items() for name, (text, answer) in table.items()]
