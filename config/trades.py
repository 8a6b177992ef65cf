"""The words that company names have in common: legal forms, trades, ranks, and what no company is called alone.

Words only, in lower case; `config.names` takes them off a name, `config.trust` judges what is left.
"""

_LEGAL = """
inc incorporated corp corporation co company companies cos ltd limited plc llc lp llp ag se nv sa spa ab asa as oyj oy
kgaa gmbh kk bhd tbk pbc pte pt pcl sab cv aktiengesellschaft sarl sas bv publ adr ads na sak tas saog psc sgps sca
"""
_TRADES = """
acquisition acquisitions aerospace ai air airlines airways analytics apparel applications artificial asset assets
associates auto automotive aviation banc bancorp bancorporation bancshares bank bankers banking bankshares beverage
beverages bio biologics biomedical biomedicine biopharma biopharmaceutical biopharmaceuticals bioscience biosciences
biosystems biotech biotechnologies biotechnology biotherapeutics bitcoin blockchain brands broadcasting build building
business cable capital care casinos cellular center centers chemical chemicals clinical cloud co coal commercial
commodities communication communications communities components computer computing construction consumer copper corp
credit crypto data defence defense dental design development devices diagnostic diagnostics digital display
distribution diversified drilling dynamics education electric electrical electronic electronics energies energy
engineered engineering enterprise enterprises entertainment environmental equipment equities equity estate exchange
exploration express fashion fibers finance financial financials fintech fitness food foods freight furniture games
gaming gas genetics genomics glass global gold green group growth gruppe gruppen guaranty health healthcare holding
holdings home homes hospitality hotel hotels house housing images immunotherapeutics income industrial industries
information infrastructure innovation innovations instrument instruments insurance intelligence intelligent
interactive international internet investment investments investors laboratories labs land laser learning lending life
lifesciences lighting lithium living logistics machinery machines management manufacturing marine maritime market
marketing markets materials media medical medicine medicines metal metals micro midstream minerals mines mining mobile
mobility mortgage motor motors mutual national natural network networks offshore oil oncology online outdoor
outfitters packaging paper parks partners partnership payments petroleum pharma pharmaceutica pharmaceutical
pharmaceuticals pharmacy photonics platform platforms plus power precious precision prime process producers production
products properties property public publishing quantum radio rail railroad railway re realty refining reit renewable
renewables rentals research reserve residential resorts resource resources restaurant restaurants retail robot
robotics royalties royalty safety savings science sciences scientific secure securities security semiconductor
semiconductors senior sensors service services shipping silver software solar solution solutions sports steel storage
stores strategic strategies studios supply surgical sustainable system systems tanker tankers tech technologies
technology telecom telecommunication telecommunications telephone television textile theatres therapeutic therapeutics
tobacco tools toys trade trading transmission transport transportation travel trust trustco tubes united uranium us
usa utilities vaccines ventures video vision warehouse waste water wealth wholesale wind wireless work works world
worldwide
"""
_FRAMES = """
holdings holding group international technologies technology industries enterprises global brands labs
"""
_CORPORATE = """
aerospace airlines apparel automotive bancorp bancshares biologics biopharma biosciences biotech brands enterprises
genetics healthcare holdings hotels industries instruments laboratories labs logistics motors networks oncology
petroleum pharma pharmaceuticals restaurants robotics semiconductor semiconductors technologies therapeutics ventures
"""
_TAILS = """
bancorp bancshares bank group holdings trust capital partners financial energy
"""
_RANKS = """
advanced allied alpha america american associated atlantic black blue british canadian central china chinese citizens
city community consolidated continental delta eastern europe european federal first founders french general german
golden great green gulf heritage imperial independent indian japan korea liberty mid modern mountain mutual national
new nordic north northern northwest old one pacific people peoples pioneer premier progressive red royal second select
smart south southern southwest standard state summit sun super supreme the third tri true union united universal us
valley west western white
"""
_EVERYWHERE = """
nasdaq nyse dow asx tsx lse nse bse sgx hkex nikkei trump monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december spring summer autumn winter one
two three four five six seven eight nine ten hundred thousand million billion trillion english french german chinese
japanese korean indian
"""
_SMALL = """
the of and & for in de la du y e a to by on at
"""
LEGAL = frozenset(_LEGAL.split())
TRADES = frozenset(_TRADES.split())
"""What a firm does, or calls itself for doing it: left out in everyday speech."""
FRAMES = frozenset(_FRAMES.split())
"""Trade words that say nothing of the trade, so that what stands before them is the name."""
CORPORATE = frozenset(_CORPORATE.split())
"""Trade words that hardly anything but a firm's name ends with."""
TAILS = frozenset(_TAILS.split())
"""Trade words that, with a legal form, end thousands of names: one called so alone goes by its article."""
RANKS = frozenset(_RANKS.split())
"""Places, ranks and virtues that names begin with."""
EVERYWHERE = frozenset(_EVERYWHERE.split())
"""Exchanges and indices, days, numbers, peoples, a president: met every day, whatever is called so."""
SECTORS = frozenset(
    ("quantum computing", "artificial intelligence", "cloud computing", "real estate", "life insurance", "data storage")
)
INDICES = frozenset(("hang seng", "dow jones"))
SMALL = frozenset(_SMALL.split())
