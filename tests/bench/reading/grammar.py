"""The grammar of the bench's made-up news: topics, sentences, clauses and words, each as alternatives.

Text only. `{name}` is replaced by one of the alternatives of `name`; `|` parts them. All of it was written for this
bench; people, clubs, towns and small firms in it are invented. Words that are companies' names as well (target, apple,
block, gap, arm, shell, visa, snap) stand in it as the words they are, as in any newspaper.
"""

WORDS: dict[str, str] = {
    "first": """Amara|Bela|Carys|Dario|Edda|Farid|Gwen|Hamish|Ilse|Joaquin|Kemi|Lars|Mirela|Nadim|Odile|Piotr
        |Quentin|Rosalind|Soren|Tamsin|Umar|Vesna|Wilfred|Xanthe|Yusuf|Zora|Brendan|Chloe|Dmitri|Elif|Fergus|Greta
        |Henrik|Ines""",
    "last": """Abernathy|Brandvold|Castellano|Dunmore|Eriksen|Fairweather|Gallacher|Hollis|Iwasaki|Jankowski
        |Kerrigan|Lindqvist|Marchetti|Nkemelu|Oyelaran|Pembroke|Quigley|Rasmussen|Sotherby|Tremblay|Ulrichsen
        |Vasquez|Whitcombe|Yardley|Zielinski|Ashdown|Bhattacharya|Crowhurst|Delacroix|Esposito|Farrow|Grimshaw
        |Haldane|Ingram|Jessop""",
    "person": "{first} {last}",
    "town": """Aldbury|Brackenford|Carrick Bay|Dunholm|Eastmere|Fallowfield|Glenmoor|Harrowgate|Inverlea|Kestrel
        Point|Langholme|Marlow Heath|Northcliffe|Oakhampton|Port Sorrel|Quarry Hill|Ravenswick|Stonebridge
        |Thornbury|Upwell|Wexcombe|Yarrowdale|Ashcombe|Beckhurst|Colderidge|Drumlin|Elmsworth|Fernhollow""",
    "country": """Portugal|Denmark|Chile|Kenya|Vietnam|Canada|Morocco|Poland|Uruguay|Thailand|Finland|Peru|Ghana
        |Austria|Malaysia|Slovenia|Jordan|Iceland|Colombia|Estonia|Britain|France|Japan|South Korea|India|Brazil
        |Australia""",
    "city": """Lisbon|Copenhagen|Santiago|Nairobi|Hanoi|Toronto|Casablanca|Krakow|Montevideo|Bangkok|Helsinki|Lima
        |Accra|Vienna|Kuala Lumpur|Brussels|Chicago|Osaka|Mumbai|Geneva|Frankfurt|Singapore|Washington|London
        |Denver|Boston""",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "when": """on {day}|late on {day}|early on {day}|last week|this week|in {month}|over the weekend|last month|on
        {day} morning|on {day} evening|a fortnight ago|at the end of {month}|earlier this year|two years ago""",
    "n": "{d}{d}|{d}{d}|1{d}|2{d}|{d}|1{d}{d}|{d}{d}{d}|3{d}|4{d}",
    "d": "1|2|3|4|5|6|7|8|9",
    "few": "two|three|four|five|six|seven|eight|nine|ten|a dozen",
    "pct": "{d}.{d} percent|{n} percent|{d}.{d}%|{n}%",
    "sum": """${d}.{d} billion|${n} million|{n} million dollars|{n} million euros|${d}{d} billion|${n}bn|{n}
        million pounds""",
    "much": "sharply|slightly|steadily|a little|for the third time|more than expected|again|at last|by {pct}",
    "mood": "quiet|cautious|hopeful|tired|relieved|angry|divided|patient|proud|uneasy|cheerful|unconvinced|surprised",
    "tail": """, {person} said {when}|, according to the {daily}|, as {person} had hoped|despite the rain|for the
        first time in {few} years|to general surprise|, though nobody could say why|, and the {mood} crowd stayed
        until the end|while the rest of the region waited|, which took {n} minutes|, a spokesman for {town} said|,
        {n} days after the first attempt|as the {season} began|before {day}'s deadline|at a cost of {sum}|,
        {person} told reporters in {city}||||||||""",
    "more": """and the {group} of {town} has {n} days to answer|while {person}, a {job}, wants to wait until
        {month}|although {few} members of the {group} had asked for more time|which {person} of the {group} called
        a {mood} sort of progress|but the {daily} found {n} people who remember it differently|because the bridge
        at {town} stays shut until {day}|so {person} took the early train from {city}|and {pct} of those asked in
        {town} would do the same again|where {person} had worked as a {job} until {month}|if the {group} and the
        {group} can agree on who pays the {sum}|as it did in {town} {when}, when {n} people came|before {person}
        read out a list of {n} names in the hall of the {group}|since nobody in {town} has counted them for {few}
        years|and neither {person} nor the {group} wished to comment|after {n} letters to the {daily} about the
        noise|though the {season} is only {few} weeks away|||||||||||||||||||""",
    "season": "summer|autumn|winter|spring|holiday season|election season|harvest|school year",
    "daily": "Evening Herald|Morning Courier|{town} Gazette|Regional Observer|{city} Tribune|Sunday Ledger",
    "lead": """{when}|In {town},|In {city},|For {few} years|After {n} minutes|By {day}|Not far from {town},|In the
        end,|At first,|With {n} days to go,|Since {month},|||||||||||""",
    "quote": """“{said},” said {person}{role}.|“{said},” {person}{role} said {when}.|{person}{role} put it plainly:
        “{said}.”|As {person}{role} sees it, “{said}”.""",
    "role": """, who runs the {group}|, a {job} from {town}|, {n}|, a former {job}|, who has lived in {town} for
        {n} years|, the {group}'s deputy head|, a {job}|""",
    "job": """teacher|nurse|farmer|bus driver|goalkeeper|physicist|lawyer|councillor|baker|engineer|librarian|pilot
        |plumber|historian|fisherman|translator|surveyor|midwife|economist|gardener""",
    "group": """parish council|rowing club|teachers' union|transport authority|film society|harbour board|hospital
        trust|farmers' league|planning office|water company|school board|tourist office|fire brigade|choir|museum""",
    "said": """we did not expect {club} to be here so soon|nobody asked the {n} people who live next door to
        {small}|it is a matter of {n} votes in {town} and {n} in {town}|you can only play the {few} that {club} put
        in front of you|there is a gap of {sum} in the plan for {town}|I have never seen the river at {town} so low
        in {month}|they hit {few} of the {n} targets we set them and then moved the posts|the data from {town} are
        noisy but {find} is there|we will look at {town} block by block until {month}|an apple a day from {town}
        would have cost us {sum} less|my arm has hurt since {month}, and I would ask {person} to do it again|we
        could hear the shell of the old mill in {town} crack after {n} minutes|her visa ran out {n} days before the
        hearing in {city}|{law} was over in a snap, and {person} knew it|what matters is the {season} in {town},
        not the headline in the {daily}|{few} of us stayed with {person} and the other {n} went home|the gap
        between {town} and {town} is closing, and {pct} is not nothing|you learn more from {few} {mood} people in
        {town} than from a full hall|we have written to the {group} of {town} {n} times|if the {group} of {town}
        pays for it, I have no objection|the machines will not pick the fruit of {town} by themselves in {month}
        |{person} told us in {month} that {law} would cost {sum}|the {group} counts {n} members and {n} opinions|I
        would rather hear that from {person} than from the {daily}""",
    # ---------------------------------------------------------------------------------------------------------- sport
    "club": """{town} Rovers|{town} United|{town} Athletic|the {town} Harriers|{town} City|{country}|{town} Town
        |the {town} Falcons|{town} Wanderers""",
    "feat": """a late penalty|an own goal|a header from {n} metres|a tie-break that lasted {n} minutes|a try in the
        corner|two saves in extra time|a free kick that struck the bar|{n} points in the last quarter|a dropped
        catch""",
    "cup": """the {season} cup|the regional final|the qualifying round|the {town} Open|the winter league|the
        semi-final""",
    "sport": """{lead}{club} beat {club} {d}-{d} in {cup}{tail}.|{lead}{club} lost to {club} by {feat}{tail}.
        |{feat_c} was enough for {club}{tail}.|{person}, {n}, joined {club} {when} for {sum}{tail}.|{lead}the
        referee blocked a second appeal by {club}{tail}.|{club} have won {few} of their last {n} games under
        {person}{tail}.|{person} missed the target from close range, and {club} paid for it{tail}.|{lead}a gap of
        {n} points opened between {club} and {club} {tail}.|{person} broke an arm in training and will miss
        {cup}{tail}.|{club} signed {person} from {club} {when} {tail}.|The coach of {club}, {person}, plans to
        change {few} players for {cup}{tail}.|{club} launched an appeal against the red card that {person} received
        {when}{tail}.|{lead}{n} runners finished {cup} in the rain{tail}.|Ticket sales for {cup} rose {pct} after
        {club} reached it{tail}.|{person} retires from the game after {n} caps for {country}{tail}.|{lead}the
        stewards raised the alarm when a stand at {town} began to shake{tail}.""",
    "feat_c": "A late penalty|An own goal|A free kick|One good serve|A try in the corner|A quick single",
    # ------------------------------------------------------------------------------------------------------- politics
    "party": "the Liberals|the Greens|the Centre party|the Conservatives|the Farmers' Alliance|the opposition|Labour",
    "law": """the housing bill|the budget|a ban on night flights|the new water levy|a reform of the courts|the
        fishing quota|the school meals act|a tax on second homes|the visa rules for seasonal workers|the road
        pricing plan""",
    "politics": """{lead}{party} voted for {law} by {n} votes to {n}{tail}.|{person} resigned as minister {when}
        over {law} {tail}.|{lead}parliament in {city} passed {law} after {n} hours of debate{tail}.|{party} will
        block {law} unless the government closes a gap of {sum}{tail}.|The mayor of {town}, {person}, wants to
        raise fares {much}{tail}.|{lead} {country} and {country} agreed on {law}{tail}.|A court in {city} ruled
        against {law} {when}{tail}.|{person} leads {person} by {pct} in the polls in {town}{tail}.|{lead}thousands
        marched in {city} against {law}{tail}.|{party} deny that {person} was told of {law} {when}{tail}.|The
        minister, {person}, missed her own target for {law}{tail}.|{country} recalled its ambassador from {city}
        {when}{tail}.|{lead}the {group} asked for {sum} to repair the pier in {town}{tail}.|Turnout in {town} fell
        {much}, to {pct}{tail}.|{party} launch their campaign in {town} {when}{tail}.|An inquiry into {law} will
        hear {n} witnesses, {person} among them{tail}.""",
    # -------------------------------------------------------------------------------------------------------- science
    "field": "geology|marine biology|astronomy|linguistics|medicine|archaeology|botany|climate science|psychology",
    "institute": """the University of {town}|the {city} Observatory|the {town} Institute|a museum in {city}|a
        laboratory near {town}|the {country} Survey""",
    "find": """a snail whose shell turns to the left|a bronze target shield|seeds {n}00 years old|a gap in the
        rings of a comet|a vaccine that lasts {n} months|a faint signal every {n} minutes|an apple tree that
        flowers twice|the oldest map of {town}|{n} species of moth|a spiral arm that nobody had mapped|a block of
        ice older than the valley""",
    "science": """{lead}researchers at {institute} found {find}{tail}.|{person}, who teaches {field} at
        {institute}, counted {n} of them{tail}.|The study, led by {person}, compared {n} patients in {city} with
        {n} in {town}{tail}.|{lead}a telescope in {country} recorded {find}{tail}.|{find_c} has puzzled {field} for
        {few} decades{tail}.|The results appeared in a journal of {field} {when}{tail}.|{lead}{institute} will
        spend {sum} on a new {field} wing{tail}.|The probe, launched {when}, carries {few} instruments built in
        {town}{tail}.|Temperatures in {town} rose {much} in {month}{tail}.|{person} warns that {n} percent of the
        reefs near {country} may be lost{tail}.|{lead}the expedition reached the glacier above {town} with {n}
        sledges{tail}.|Doctors in {city} removed a shell splinter from a {n}-year-old's arm{tail}.|A grant of {sum}
        lets {institute} keep the {field} collection open{tail}.|{lead}{n} whales passed {town}, {person} of
        {institute} counted{tail}.|Bees trained by {person} could tell {few} colours apart{tail}.""",
    "find_c": "A snail that turns left|A gap in the record|A faint, regular signal|A lost map|An early harvest",
    # ---------------------------------------------------------------------------------------------------------- local
    "local": """{lead}the {group} of {town} opens its doors {when}{tail}.|A fire closed the old mill in {town}
        {when}{tail}.|{person} has baked bread in {town} for {n} years{tail}.|{lead}the night bus to {town} runs
        every {n} minutes{tail}.|The {group} needs {n} volunteers for the {season}{tail}.|{lead}a film about {town}
        by {person} won a prize in {city}{tail}.|Apple growers near {town} expect a {mood} {season}{tail}.|House
        prices in {town} fell {much}{tail}.|Police in {town} stopped {n} drivers {when}{tail}.|{lead}the choir of
        {town} sang for {n} guests{tail}.|A block of flats in {town} was cleared because of a gas leak
        {when}{tail}.|{person}'s novel about a {job} in {city} sold {n}00 copies{tail}.|The {group} and the {group}
        share a hall, and now a bill of {sum}{tail}.|{lead}snow cut off {n} houses above {town}{tail}.|A harbour
        crane in {town} dropped {n} boxes of oranges {when}{tail}.""",
    # ---------------------------------------------------------------------------------------- business of small firms
    "small": """{last} & Sons|{last} Ceramics|{town} Brewery|{last} Joinery|the {town} ferry company|{last}
        Fashions|{town} Dairy|{last} Brothers|{town} Print Works|{last} Bicycles""",
    "trade": """{lead}{small} will hire {n} people in {town}{tail}.|{small}, owned by {person}, lost {sum} last
        year{tail}.|Orders at {small} rose {much} after the {season}{tail}.|{lead}{small} bought the old cannery in
        {town} for {sum} {tail}.|Unions at {small} reject a pay offer of {pct}{tail}.|Exports of furniture from
        {country} fell {much}, the statistics office in {city} said{tail}.|{lead}the price of wheat went up
        {much}{tail}.|{person} takes over {small} from {person} {when}{tail}.|{small} is closing {few} shops,
        {town} among them{tail}.|The central bank of {country} kept its rate at {pct} {when}{tail}.|{lead}a strike
        at the port of {city} held up {n} ships{tail}.|{small} plans a new kiln and {sum} of spending in
        {town}{tail}.|Inflation in {country} slowed to {pct} in {month}{tail}.|Builders in {country} missed the
        housing target by {n}00 homes{tail}.|{lead}the oil terminal near {town}, once a shell of rusted tanks,
        opens again{tail}.""",
    # ---------------------------------------------------------------------------------------------------- AI, no firm
    "machine": """a chatbot|an AI model|a language model|machine learning|an AI tutor|image recognition|an AI
        assistant|a robot arm|a self-driving tractor|speech recognition""",
    "ai": """{lead}schools in {town} try {machine} in {few} classes{tail}.|{institute} uses {machine} to read {n}00
        old letters{tail}.|{person} warns that {machine} makes {few} kinds of mistake{tail}.|{lead}the {group} of
        {town} stopped using {machine} after {n} complaints{tail}.|Lawmakers in {country} discuss whether {machine}
        may mark exams{tail}.|A study at {institute} finds that {machine} misses {pct} of tumours{tail}.
        |{lead}farmers near {town} let {machine} count their sheep{tail}.|With {machine}, {institute} found
        {find}{tail}.|The {group} pays {sum} for {machine} that answers letters{tail}.|{person} taught {machine}
        {few} dialects of {country}{tail}.""",
    # --------------------------------------------------------------------------------------------------- listed firms
    "office": "chief executive|finance director|chairwoman|head of research|spokeswoman|head of sales|founder",
    "plain": """{lead}{firm} will open an office in {city}{tail}.|{firm} named {person} as its {office}{tail}.
        |{person}, {office} of {firm}, spoke to investors in {city} {when}{tail}.|Shares of {firm} fell {pct}
        {when}{tail}.|{lead}{firm} said that revenue rose {pct} to {sum}{tail}.|{firm} is cutting {n}00 jobs in
        {country}{tail}.|A court in {city} heard the case of {person} against {firm}{tail}.|{lead}{firm} and
        {firm2} will share a warehouse near {town}{tail}.|{firm}'s {office}, {person}, sold {sum} of stock{tail}.
        |Analysts expect {firm} to earn {sum} this quarter{tail}.|{firm} raised its dividend by {pct}{tail}.
        |{lead}{firm} paid {sum} for {small}{tail}.|{firm} recalled {n}00 of its products in {country}{tail}.
        |{lead}suppliers of {firm} wait for orders{tail}.|{firm} owns {pct} of {small}{tail}.|The regulator in
        {country} fined {firm} {sum}{tail}.""",
    "aifirm": """{lead}{firm} released an AI model that reads {few} languages{tail}.|{firm} will spend {sum} on
        data centers in {country}{tail}.|{firm} signed a deal with {firm2} for AI chips{tail}.|{lead}{firm}
        unveiled an AI assistant for {job}s{tail}.|{firm} raised its forecast on demand for AI servers{tail}.
        |{person} sued {firm} over the data that its chatbot was trained on{tail}.|{firm} reportedly plans to buy
        an AI start-up in {city}{tail}.|An outage at {firm} took its AI tools down for {n} minutes{tail}.|{lead}a
        broker in {city} raised its price target on {firm} to ${n}{tail}.|{firm} denied that it will stop its AI
        chip project{tail}.|Regulators in {country} are investigating {firm}'s chatbot{tail}.|{firm} shares jumped
        {pct} after {firm2} ordered its AI chips{tail}.|{firm} is said to be in talks to invest {sum} in an AI
        lab{tail}.|{lead}{firm} moved {n} engineers to its AI unit{tail}.|The United States may limit sales of
        {firm}'s AI chips to {country}{tail}.|{firm}'s model beat the record in a test of {field}{tail}.""",
    "again": """{lead}the company has {n} offices in {country}{tail}.|It did not say how many of its {job}s will
        stay{tail}.|Its {office}, {person}, called the year {mood}{tail}.|The company's plant in {town} employs
        {n}00 people{tail}.|{lead}the shares have gained {pct} since {month}{tail}.|Investors in {city} were
        {mood}{tail}.|Sales in {country} make up {pct} of the total{tail}.|The firm was founded in {town} by
        {person}{tail}.|{lead}it opened a school for {job}s{tail}.|Its warehouse near {town} has room for {n}00
        pallets{tail}.|A {job} who worked there for {n} years called it {mood}{tail}.|{person} has followed the
        company for {n} years{tail}.|Margins narrowed {much} because of freight{tail}.|The new line will start in
        {month}, {n} weeks late{tail}.""",
    # ------------------------------------------------------------------------------------------------------ headlines
    "h_sport": """{club} beat {club} {d}-{d} in {cup}|{person} out for {n} weeks with broken arm|{feat_c} sends
        {club} into {cup}|{club} sign {person} for {sum}|{person} misses target as {club} lose again|Gap at the
        top: {club} {n} points clear|{country} name squad of {n} for {cup}|{club} coach {person} quits after {few}
        defeats""",
    "h_politics": """{party_c} block {law} in {city}|{person} resigns over {law}|{country} and {country} sign
        accord on {law}|Court in {city} strikes down {law}|{town} mayor {person} seeks {sum} for the pier|Turnout
        in {town} falls to {pct}|Thousands march in {city} against {law}|Minister misses target for {law}""",
    "party_c": "Liberals|Greens|Conservatives|Farmers|Opposition parties|Centrists",
    "h_science": """{find_c} puzzles {field} in {country}|Study: {pct} of reefs near {country} at risk
        |{institute_c} finds {find}|{city} doctors test vaccine on {n} patients|{person} wins prize for {field}
        |Telescope in {country} records {find}""",
    "institute_c": "University of {town}|{city} Observatory|{town} Institute",
    "h_local": """Fire closes old mill in {town}|{town} choir sings for {n} guests|Apple growers near {town} fear
        frost|House prices in {town} fall {pct}|Snow cuts off {n} houses above {town}|Block of flats in {town}
        cleared after leak|Night bus to {town} runs again|{person}'s film about {town} wins prize in {city}""",
    "h_trade": """{small} to hire {n} in {town}|Wheat price rises {pct}|{country} inflation slows to {pct}|Strike
        at port of {city} holds up {n} ships|{small} closes {few} shops|{country}'s central bank holds rate at
        {pct}""",
    "h_ai": """Schools in {town} try AI tutor|{country} debates chatbots in courts|AI misses {pct} of tumours,
        study finds|{town} council drops chatbot after {n} complaints|Farmers let machine learning count sheep""",
    "h_plain": """{firm} to cut {n}00 jobs in {country}|{firm} names {person} {office}|{firm} shares fall {pct}
        |{firm} revenue rises {pct}|{firm} to open office in {city}|{firm} raises dividend by {pct}|{country} fines
        {firm} {sum}|{firm} pays {sum} for {small}|{firm} recalls {n}00 products|Why {person} sold {firm} {when}""",
    "h_aifirm": """{firm} unveils AI assistant for {job}s|{firm} to spend {sum} on AI data centers|{firm}, {firm2}
        sign AI chip deal|{firm} releases AI model in {few} languages|{firm} raises forecast on AI demand|{firm}
        shares jump {pct} on AI orders|{firm} sued over AI training data|{firm} in talks to buy AI start-up,
        sources say|Broker lifts {firm} price target to ${n}|{firm} denies plan to sell AI unit|Outage at {firm}
        hits AI tools|{country} probes {firm} chatbot""",
}
