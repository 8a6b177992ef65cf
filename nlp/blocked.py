"""Longer phrases in which a company's name is an ordinary word or part of someone else's name.

They take part in the alias pass as if they were aliases of nobody: the longest match wins, so they
swallow the shorter name inside. They count in any case, so a phrase is listed only if the company's
own news would hardly word it so ("target price", but not "target to").
"""

_FRUIT = """
apple pie, apple pies, apple cider, apple juice, apple tree, apple trees, apple orchard, apple orchards, apple sauce,
apple crop, apple harvest, apple growers, apple farmers, apple picking, apple a day, adam's apple, big apple,
bad apple, golden apple, apple strudel, apple vinegar, fiona apple, apple valley, apple crumble, apple crisp,
apple butter, apple tart, apple turnover, apple turnovers, apple cake, apple blossom, apple blossoms, apple bobbing,
apple fritter, apple fritters, apple season, apple pickers, apple core, apple cores, apple seeds, apple snail,
apple snails, apple variety, apple varieties, apple peel, apple slices, apple fields, apple wood, apple brandy,
apple cup, apple blight, apple scab, apple festival, toffee apple, candy apple, custard apple, love apple,
rotten apple, sour apple, green apple, red apple, golden apples, apple of his eye, apple of her eye, apple of my eye,
apple hospitality, apple bank
"""
_AMAZON = """
amazon rainforest, amazon river, amazon basin, amazon forest, amazon forests, amazon jungle, amazon fires,
amazon tribe, amazon tribes, amazon region, amazon deforestation, amazon delta, amazon drought, amazon biome,
amazon reef, brazilian amazon, brazil's amazon, peruvian amazon, colombian amazon, the amazon basin,
across the amazon, in the amazon, amazon summit, amazon nations, amazon soy, amazon wildfires, amazon leaders,
amazon state, amazon cooperation
"""
_META = """
meta-analysis, meta analysis, meta-analyses, meta analyses, meta-analytic, meta-study, meta-narrative, meta-learning,
meta learning, meta tag, meta tags, meta description, meta-commentary, meta commentary, meta humour, meta humor,
so meta, very meta, too meta, meta materials, meta financial, meta joke, meta-reasoning, meta-prompt, meta-prompting
"""
_TARGET = """
price target, price targets, target price, target prices, target date, target dates, target market, target markets,
target audience, target group, target range, target rate, target rates, target hospitality, target list, target zone,
target practice, inflation target, growth target, sales target, profit target, earnings target, revenue target,
delivery target, production target, emissions target, climate target, savings target, spending target, capex target,
rate target, street target, new target, takeover target, year-end target, full-year target, on target, off target,
above target, below target, prime target, easy target, raises target, cuts target, lifts target, hikes target,
target raised, target cut, target lifted, target lowered, target hiked, its target, their target, a target
"""
_ARM = """
arm's length, arms race, arm wrestling, arm in arm, arm twisting, arm-twisting, investment arm, venture arm,
venture capital arm, cloud arm, research arm, lending arm, retail arm, ai arm, chip arm, finance arm, banking arm,
media arm, defence arm, defense arm, financing arm, robotics arm, streaming arm, trading arm, right arm, left arm,
shot in the arm, arm and hammer, arm & hammer, robot arm, robotic arm, strong arm, long arm, logistics arm, power arm,
self-driving arm, brokerage arm, wealth arm, arm maker, arm makers, advisory arm,
battery arm, drone arm, tech arm
"""
_BLOCK = """
to block, block party, block trade, block trades, block deal, block deals, block island, building block,
building blocks, city block, voting block, genesis block, block reward, trading block, chopping block, auction block,
office block, tower block, apartment block, power block, block sale, mental block, stumbling block, eastern block,
cell block, a block
"""
_SNAP = """
snap election, snap elections, snap poll, snap vote, snap up, snap streak, snap losing streak, snap winning streak,
snap decision, snap judgment, cold snap, snap benefits, snap recipients, snap-on, to snap, oh snap
"""
_VISA = """
visa application, visa applications, visa ban, visa bans, visa fee, visa fees, visa rules, visa policy, visa holders,
visa holder, visa program, visa programme, visa-free, visa free, visa waiver, visa curbs, visa restrictions,
visa crackdown, visa requirements, visa overhaul, visa lottery, work visa, student visa, student visas, tourist visa,
gold card visa, h-1b visa, h-1b visas, h1b visa, travel visa, entry visa, visa interviews, visa status, a visa
"""
_SHELL = """
shell company, shell companies, shell game, shell out, shell shock, shell script, shell scripts, shell casing,
shell casings, shell corporation, shell corporations, shell firm, shell firms, ghost in the shell, artillery shell,
artillery shells, secure shell, shell structure
"""
_SURNAMES = """
harrison ford, betty ford, gerald ford, doug ford, rob ford, tom ford, premier ford, ford foundation, ford's theatre,
claude monet, claude debussy, jean-claude, claude rains, claude makelele, claude puel, claude shannon, claude lemieux,
alexa chung, alexa bliss, nikola tesla, tesla coil, elizabeth blackwell, blackwell publishing, wiley-blackwell,
grace hopper, edward hopper, dennis hopper, vera rubin observatory, robert rubin, rick rubin, rubin museum,
optimus prime, siri hustvedt, eaton fire, eaton canyon, eaton wildfire, eaton vance
"""
_OTHER_FIRMS = """
samsung biologics, samsung heavy, samsung heavy industries, samsung life, samsung fire, siemens gamesa,
siemens mobility, constellation brands, constellation software, sony music, sony pictures, quanta magazine,
micron solutions, enel chile, enel americas, fs kkr, geforce rtx, rtx pro, rtx 3090, rtx 4060, rtx 4070, rtx 4080,
rtx 4090, rtx 5050, rtx 5060, rtx 5070, rtx 5080, rtx 5090, rtx ai, gemini trust, gemini exchange,
crypto exchange gemini, winklevoss gemini, perplexity score
"""
_ORDINARY = """
hang seng index, hang seng tech, dow jones industrial, dow jones futures, dow jones average, oracle of,
oracle of omaha, in the oracle, the oracle, oracle bone, oracle bones, delphic oracle, price oracle, gap year,
wage gap, pay gap, trade gap, gap between, generation gap, funding gap, gap up, gap down, skills gap, wealth gap,
gender gap, ai gap, price gap, valuation gap, budget gap, technology gap, performance gap, a gap, the gap,
unity government, national unity, party unity, european unity, arab unity, unity candidate, show of unity,
unity cabinet, unity pact, western unity, match point, football match, test match, rugby match, tennis match,
ups and downs, start-ups, pop-ups, follow-ups, us intel, house intel, senate intel, intel community, intel committee,
intel briefing, intel agencies, intel officials, gemini season, gemini man, gemini observatory, project gemini,
dalai llama, llama farm, llama wool, disco ball, disco era, disco music, disco elysium, disco queen, disco inferno,
disco dancing, disco club, disco fever, silent disco, the disco, a disco, satellite constellation, constellation of,
a coherent, more coherent, coherent policy, coherent strategy, snowflake generation, special snowflake, mistral wind,
mistral winds, mistral-class, cohere around, to cohere, fashion runway, airport runway, runway lights, cash runway,
third runway, second runway, a runway, the runway, runway show, figure skating, go figure, figure out, figure of,
a figure, key figure, senior figure, public figure, leading figure, central figure, anthropic principle, to grok,
shakespearean sonnet, stargate sg-1, stargate atlantis, stargate universe, the bard, scale back, scale up,
large scale, full scale, at scale
"""


def phrases() -> tuple[str, ...]:
    """All of them, each once."""
    groups = (_FRUIT, _AMAZON, _META, _TARGET, _ARM, _BLOCK, _SNAP, _VISA, _SHELL, _SURNAMES, _OTHER_FIRMS, _ORDINARY)
    found = (" ".join(phrase.split()) for group in groups for phrase in group.split(","))
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))
