"""Texts that the experiments read: written for them, so that nothing has to be fetched and nobody else's is copied."""

from __future__ import annotations

PROSE = """The lighthouse had been empty for eleven years when the council decided to sell it. Nobody in the town was \
surprised, since the ships no longer needed a lamp to find the harbour, and the stairs had begun to lose their plaster. \
What surprised them was the buyer. She came in March, alone, with two trunks and a piano, and she asked the carpenter \
whether the piano could be taken to the top. He measured the door, counted the steps and shook his head. She paid him to \
widen the door. In April the wind took half of the roof, and he came back to mend it, and while he worked she told him \
that her grandfather had kept the lamp during the war, that he had written down every ship that passed, and that one of \
the names in his book was missing from every other list that she had been able to find. The carpenter, who had three \
hundred tiles to lay before the rain, said that a name in a book was easy to get wrong. She agreed. It was the simplest \
explanation, and she had believed it for a long time. Then she showed him the page. The hand was steady, the hour was \
noted to the minute, and beside the name there was a small drawing of a flag that neither of them had ever seen. He laid \
the tiles more slowly after that. By the end of the summer the roof was tight, the door was wide enough, and the piano \
stood beneath the old lens, which threw its colours over the keys at about four in the afternoon. People in the town \
began to say that they could hear it when the wind came from the west. Nobody asked her about the ship, but the harbour \
master found a reason to look through his own papers, and the priest, who had buried her grandfather, remembered a \
sentence that he had not understood at the time. In October a letter arrived without a stamp. It contained a photograph of \
the same flag, the same hour in the same handwriting, and a question: who else had been awake that night? She read it \
aloud to the carpenter, twice, and then she went down to the harbour to ask for the tide tables of that year, because a \
ship that has no name must still have had water under it."""
"""About 480 tokens of a story."""

TOPICS = {
    "weather": (
        "Heavy rain is expected along the coast tonight.",
        "The forecast promises a warm and sunny weekend.",
        "A cold front will bring snow to the mountains.",
        "Fog closed the airport for most of the morning.",
        "Thunder woke the children shortly after midnight.",
        "The storm has weakened and is moving out to sea.",
    ),
    "cooking": (
        "Simmer the onions slowly until they turn golden.",
        "The bread needs another hour to rise before baking.",
        "Add a pinch of salt and taste the soup again.",
        "She whisked the eggs with sugar for the cake.",
        "Roast the vegetables in a hot oven with olive oil.",
        "The sauce thickened once the cream had been added.",
    ),
    "money": (
        "The bank raised its interest rate by half a percent.",
        "Shares of the company fell sharply after the report.",
        "He paid off his mortgage two years early.",
        "Inflation has made groceries more expensive.",
        "Investors are waiting for the quarterly earnings.",
        "She opened a savings account for her daughter.",
    ),
    "football": (
        "The striker scored twice in the second half.",
        "Their goalkeeper saved a penalty in extra time.",
        "The coach was dismissed after the fifth defeat.",
        "Fans filled the stadium an hour before the match.",
        "A late free kick decided the final.",
        "The defender was sent off with a red card.",
    ),
    "medicine": (
        "The doctor prescribed antibiotics for the infection.",
        "The patient recovered quickly after surgery.",
        "A new vaccine is being tested in three hospitals.",
        "Regular exercise lowers the risk of heart disease.",
        "The nurse measured his blood pressure twice.",
        "Symptoms usually disappear within a week.",
    ),
    "software": (
        "The program crashed because of a null pointer.",
        "She refactored the function and all tests passed.",
        "The database query takes too long on large tables.",
        "A memory leak slows the server down every night.",
        "The update fixed a security hole in the browser.",
        "He merged the branch after the code review.",
    ),
    "travel": (
        "The train to the coast leaves at half past seven.",
        "Our flight was delayed, so we slept at the airport.",
        "They booked a small hotel near the old harbour.",
        "He lost his passport on the second day of the trip.",
        "The guide led us through the narrow streets.",
        "Pack light, because the trail to the hut is steep.",
    ),
    "music": (
        "The violinist played an encore after the concerto.",
        "Her new album was recorded in a single week.",
        "The choir rehearses every Thursday evening.",
        "He tuned the guitar before the first song.",
        "The drummer kept changing the tempo.",
        "An old piano stood in the corner of the hall.",
    ),
}
"""Sentences by topic: each has five others that a search for it should find first."""
