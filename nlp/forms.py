"""The forms that an English word takes in a text: `plan` as plans, planned, planning.

The event rules name lemmas. Looking for their forms in the raw text, instead of lemmatizing the
text, costs nothing per text and also finds them in Title Case Headlines, where the tagger takes
verbs for names and leaves them as they are. A few forms too many (`planed`) do no harm.
"""

from functools import cache

_IRREGULAR = """
be am is are was were been being; beat beaten; become became; begin began begun; bet; bid; break broke broken; bring
brought; build built; buy bought; catch caught; choose chose chosen; come came; cost; cut; deal dealt; do did done;
draw drew drawn; drive drove driven; eat ate eaten; fall fell fallen; feel felt; fight fought; find found; flee
fled; fly flew flown; forbid forbade forbidden; freeze froze frozen; get got gotten; give gave given; go went gone;
grow grew grown; have has had having; hide hid hidden; hit; hold held; keep kept; know knew known; lay laid; lead
led; leave left; lend lent; let; lie lay lain; lose lost; make made; mean meant; meet met; pay paid; plead pled;
put; quit; read; ride rode ridden; ring rang rung; rise rose risen; run ran; say said; see saw seen; seek sought;
sell sold; send sent; set; shake shook shaken; shed; shoot shot; show shown; shrink shrank shrunk; shut; sink sank
sunk; sit sat; speak spoke spoken; spend spent; split; spread; spring sprang sprung; stand stood; steal stole
stolen; stick stuck; strike struck; sweep swept; swing swung; take took taken; teach taught; tear tore torn; tell
told; think thought; throw threw thrown; understand understood; win won; withdraw withdrew withdrawn;
write wrote written
"""
IRREGULAR = {words[0]: tuple(words[1:]) for line in _IRREGULAR.split(";") if (words := line.split())}
_UNCHANGED = frozenset(word for word, others in IRREGULAR.items() if not others)
_VOWELS = frozenset("aeiou")


@cache
def verb_forms(lemma: str) -> tuple[str, ...]:
    """All forms of a verb, itself first; in `lay off` or `set to` the first word is the verb."""
    verb, space, rest = lemma.partition(" ")
    forms = [verb, _third_person(verb), *IRREGULAR.get(verb, ())]
    stems = {verb, verb + verb[-1]} if _doubles(verb) else {verb}
    if verb.endswith("ie"):
        stems = {verb[:-2] + "y"}
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        stems = {verb[:-1]}
    forms += [stem + "ing" for stem in sorted(stems)]
    if verb not in IRREGULAR:
        forms += _pasts(verb, stems)
    return tuple(dict.fromkeys(form + space + rest for form in forms))


@cache
def noun_forms(lemma: str) -> tuple[str, ...]:
    """Singular and plural; of several words the last is counted."""
    head, space, noun = lemma.rpartition(" ")
    if not noun[-1:].isalpha() or noun.endswith("s"):
        return (lemma,)
    return (lemma, head + space + _third_person(noun))


@cache
def all_forms(phrase: str) -> tuple[str, ...]:
    """Every form that a word or phrase may take: its first word as a verb, its last as a noun."""
    if not phrase or not phrase[0].isalpha():
        return (phrase,)
    return tuple(dict.fromkeys((*verb_forms(phrase), *noun_forms(phrase))))


def _third_person(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    if word.endswith("o") and word[-2:-1] not in _VOWELS and len(word) < len("photo"):
        return word + "es"
    return word + "s"


def _pasts(verb: str, stems: set[str]) -> list[str]:
    if verb in _UNCHANGED:
        return []
    if verb.endswith("e"):
        return [verb + "d"]
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return [verb[:-1] + "ied"]
    return [stem + "ed" for stem in sorted(stems)]


def _doubles(verb: str) -> bool:
    """Whether the last consonant may be doubled (`plan`, `commit`): consonant, vowel, consonant at the end."""
    return (
        len(verb) > len("go")
        and verb[-1].isalpha()
        and verb[-1] not in "aeiouwxyh"
        and verb[-2] in _VOWELS
        and verb[-3] not in _VOWELS
    )
