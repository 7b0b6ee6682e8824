"""What each key of a scenario means, in words; types, defaults and ranges are those of the schema.

One key a line, ``key | meaning``; a line without a bar goes on with the meaning above.
"""

from __future__ import annotations

from collections.abc import Mapping

from world.policy.instruments import INSTRUMENTS, UNITS


def _read(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    key = ""
    for line in filter(str.strip, text.splitlines()):
        head, bar, words = line.partition("|")
        key = head.strip() if bar else key
        found[key] = f"{found.get(key, '')} {words.strip() if bar else line.strip()}".strip()
    return found


MEANINGS = _read("""
name | what the scenario is called in figures and reports
question | what a run of it answers; heads the report
base | scenario on which this one is laid; what is not given here is taken from there
parameters | values of parameters, each within its range: see [parameters.md](parameters.md)

run.start | quarter of round 0; the state before it is that of the base year
run.decisions_open | quarter (in runs of months also a month, such as 2026-03) from which governments
    decide; before it only dated measures act
run.rounds_per_year | 4: rounds of a quarter; 12: rounds of a month, for what a quarter hides (licence delays,
    runs on stocks); rates stay those of the year, governments plan by the quarter all the same, and a run
    takes up to twice as long
run.rounds | rounds played, quarters or months; without it eleven years
run.minerals | minerals played; `["*"]` for all
run.demand | path along which demand grows: scenarios of the International Energy Agency (stated policies,
    announced pledges, net zero)
run.shocks | random demand shocks and mine outages on top of dated events
run.order | whether the dominant refiner moves after the countries have reviewed (leader_first) or before

zone.exists | whether a zone is on offer at all
zone.reading | A: members sell to each other and at home for no less than the reference either, what is
    unsold is not made; B: the floor is kept at the border, prices inside follow the market
zone.duty_form | how the floor is kept at the border: a levy that fills each shipment's gap to the reference;
    a benchmark duty a tonne that fills last round's gap, the same for all outsiders; a minimum price that
    sellers must charge; an ad valorem duty of each lane or a specific duty for all, both fixed when the
    reference is announced; or a quota above which the gap is a duty
zone.quota_share | under `duty_form = "quota"`: share of usual trade that comes in without it
zone.benchmark_index | price at which the benchmark and the specific duty look: the mean at the gates of
    sellers other than the dominant refiner, or that of one origin
zone.derivatives | the floor also covers the metal in components (where they are traded)
zone.products | goods put together of components outside (packs, motors, boards) pay the floor on what is in
    them at the zone's border, so that assembly inside keeps its sales there
zone.scope | minerals covered; `["*"]` for all
zone.stages | stages covered
zone.leader_border_alone | the leader upholds the floor at its own border before anyone else is bound
zone.asked_from | lowest rung that takes an invitation of the leader, which asks as many countries a quarter
    as it has talks for, those that bring it most first; with `forum` nobody comes in unasked
zone.highest_rung | highest rung that is on offer: with `forum` there is a club that binds to nothing, and no
    more
zone.aligned_rung | lowest rung that counts as aligned; the group `nonaligned` is all below it, but the leader
zone.text_quarters | fewest and most quarters from the opening of decisions to a text to sign (drawn)
zone.founding_until | last period in which who joins is a founder and enters free: all answer in it
zone.ratification_quarters | fewest and most quarters from signature to effect (drawn for each country)
zone.standings | standings fixed by the scenario: the country takes every rung as it opens, or holds out where
    it stands; one member of the European Union speaks for the whole Union
zone.decisions | decisions written for one voter, by quarter or month. Before the first it decides by
    itself; from then on it reviews in these alone and does what is written: join the next rung, hold out,
    stay, leave, or ask (hold out and let the leader know what is missing); what is not possible on its
    rung is passed over

leader.country | who proposes the zone
leader.doctrine | how it courts: as on the record (timeline: threats, offers and finance as the keys below
    say); a club that pays up to all that a signature brings it and never presses (generous_club); a hub that
    presses everyone not bound at full strength and pays members alone (coercive_hub)
leader.coercion | threats against holdouts that sell it much: none, at half (record) or at the full (harsh)
    rate; they press, and they cost trust
leader.reference_rule | full cost of a new plant plus markup; mean of recent prices plus markup; or the first
    prices announced for ever
leader.markup | added to the cost or the mean, as a share of it
leader.built_on_inputs | whether the reference price of a good rises by what its input costs at its own
    reference price over its usual price, so that a price for metal does not tax those who make magnets of it
leader.update_quarters | quarters between two announcements of reference prices
leader.tariff_share | flat duty as a share of customs value: where a zone exists, of its members on what
    outsiders sell in scope; where none does, of the leader on all minerals from the dominant refiner
leader.finance_usd_year | finance on offer to countries on the ladder, USD a year
leader.offers | what the leader may give a holdout that says what it lacks to sign: money, relief from its
    duties on all goods, or an exemption from the floor for one mineral; none with `[]`
leader.reference_price_usd_t | reference prices set by hand, USD/t contained; all others follow the rule
leader.floor_scale | factor on all reference prices from a quarter or month on; 1 before the first
leader.decisions | orders written for it, by quarter or month, that stand until they are taken back. Before
    the first its doctrine decides; from then on it grants what a holdout asks for, up to all that its
    signature is worth (`grant CAN`, until `refuse CAN`), and threatens (`threaten CAN`, until `spare CAN`) as
    ordered alone; finance goes by its doctrine unless it is taken back (`no_finance`, `finance`)

dominant_refiner.country | who may withhold
dominant_refiner.doctrine | never answers; answers hostile acts in kind; goes up and down a ladder as its
    exports are hurt; weighs what a control earns and costs, today and later; undercuts those who enter until
    they close, then recoups; takes the zone's levy over by an export tax; or does the last three together
dominant_refiner.instruments | what it may use: listing of firms, licences for end uses, licences, quotas,
    bans, export taxes, and export subsidies to undercut (a doctrine uses some of them)
dominant_refiner.stages | goods on which it may use them
dominant_refiner.end_use | sectors whose requests it refuses under a control on end uses (table `end_use`)
dominant_refiner.reach | part of third countries, those tied to it most first, that it binds not to hand on
    what it withholds, as the size of the instrument `transshipment_ban`
dominant_refiner.licence_approval | share of usual shipments that it grants under licence; 0 is a ban
dominant_refiner.levy_capture | share of the levy on its goods that it takes over by an export tax of the
    same size, `levy_capture_delay_quarters` after the floor came into force; of the other duty forms none
dominant_refiner.decisions | moves written for it, by quarter or month. Before the first its doctrine decides;
    from then on it does what is written and nothing else: put a control on a good (`licence dytb refined`;
    also listing, end_use, quota, ban, export_tax, price_war), lift its controls on one (`relieve dytb
    refined`), lay duties on all who aggrieve it (`duties`) or none any more (`no_duties`), take the zone's
    levy over (`capture_levy`) or give it back (`release_levy`); what is not open to it is passed over

ore_holders.policies | export policy by country: local_processing keeps ore at home where smelters that follow
    it are worth more than what miners lose; price_support rations exports where a smaller quantity earns more

reserve.exists | whether the leader keeps a strategic reserve
reserve.loan_usd | most that it may borrow, USD
reserve.private_usd | own capital, spent before the loan, USD
reserve.target_days | stock wanted, in days of the leader's need

reserve.sectors | sectors of the leader's use (table `end_use`) whose service in a shortage is written down
reserve.served_first | whether these sectors are priority buyers: in a shortage they are served before all
    other users of the leader
reserve.kept_days | stock that the reserve keeps for these sectors, in days of their need, whatever others
    lack

accession.strategy | how countries decide on their standing: by payoff; all hold out but those in
    `zone.standings` (fixed); a bloc by qualified majority of its members (bloc_vote); with those who would
    follow (far_sighted); when enough partners have (imitation); by a bargain with a deadline (linked_talks)
accession.strategies | the strategy of single countries, or of the European Union as EU
accession.talks | quarter or month of the first review of talks with the leader that link minerals to
    trade at large; yearly from then on. It counts for countries under linked_talks, which then always give
    an answer

institutions.off | clubs and links of the table `institutions` that are not there in this run, by name; all
    of them with `["*"]`
institutions.own | one's own, each a table of its own with the keys below
institutions.own.says | its name in words, as decisions show it; without it, the name of its table
institutions.own.members | who founds it: codes, or EU for the whole Union
institutions.own.hub | country that it centres on: working together heals its members' mistrust of this one
    alone; none for a club of equals
institutions.own.open_to | who may come in later if it pays: codes and groups, `*` for all; nobody without it
institutions.own.begins | when the founders come in
institutions.own.ends | when it is no more; without it, open
institutions.own.depth | part of the political cost and exposure of a binding floor that members carry: the
    forum 0.01, a framework 0.03, an action plan 0.1
institutions.own.information_share | working together, over that of a framework with the leader
institutions.own.finance_usd_year | what its founders put, by their GDP, into projects of members, USD a year
institutions.own.offtake_log | log points by which members' buyers favour members' sellers that are known to
    deliver: 0.1 is a tenth more of what they would buy of them
institutions.own.standard_index | governance index of the table `countries` from which supply meets the club's
    standard, for which its buyers pay `clean_premium_share` on top; without it, no standard
institutions.own.minerals | minerals of its offtake and standard

measures.id | name of the measure; if left out, the name of the file and a number. It replaces a measure of
    the base that has the same name
measures.announced | day it is made known; moves fears and the table of events
measures.actor | who acts
measures.instrument | what is done, see below
measures.in_force | first day it bites; without it, it never does
measures.expected_end | end that was announced with it: nobody fears the control beyond it
measures.ends | first day it no longer bites; without it, open
measures.cancelled | day on which it is called off: before it is in force it never bites, and fear of it ends
measures.renewed | probability that it is renewed for a year when it ends
measures.minerals | minerals touched; `["*"]` for all, names where the size is a price or tonnes (it holds for
    each of them)
measures.stages | stages touched; `["*"]` for all, one where the size is a price or tonnes
measures.targets | whom it is aimed at: countries, `*`, `members` (those bound by the floor), `nonaligned`
    (those below `zone.aligned_rung`), `EU` or another group of the table of countries
measures.size | how much: see below, by instrument
measures.unit | unit of a price
measures.above | duty above a tariff quota, as a share of the base price
measures.tonnes | what a guarantee covers, tonnes a year; without it, all that the actor's producers make
measures.each | an export quota holds for each target by itself
measures.delay_days | days before a licence office grants anything that was not cleared before; without it,
    the parameter `licence_delay_days`; with 0 it works at full pace from the first day
measures.end_use | sectors whose requests a licence office decides on (table `end_use`); without it, all
measures.holders | who may export under a licence or an export quota: `few` firms on a list, who ask a
    mark-up, or `anyone` who applies; without it few under a quota, anyone under a licence
measures.suspends | what a truce holds back or a ruling strikes down, by id
measures.text | the measure in words, for the table of events
measures.source | where it is from
""")

# Where the schema alone would not tell a person enough.
ALLOWED = {
    "parameters": "a table: names of parameters = numbers",
    "ore_holders.policies": "a table: an ISO 3166-1 alpha-3 code such as CAN = one of local_processing, "
    "price_support",
    "institutions.off": 'a list of names such as ["FORGE"]',
    "institutions.own": "tables, each under [institutions.own.NAME]",
    "institutions.own.members": 'a list of codes such as ["CAN", "DEU"]',
    "institutions.own.open_to": 'a list of codes and groups such as ["KOR", "EU"]',
    "leader.reference_price_usd_t": "a table of minerals, each: ore or refined = a number above 0 to 1e+09",
    "measures.actor": "a code such as CHN, or a group such as EU",
    "measures.instrument": "one of " + ", ".join(INSTRUMENTS),
    "measures.stages": 'a list of ore, refined, component, or "*"',
    "measures.targets": 'a list of codes and groups such as ["JPN", "EU"]',
    "measures.suspends": "a list of ids",
    "measures.renewed": "a number from 0 to 1",
    "measures.size": "a number in the range of the instrument",
    "measures.unit": " or ".join(UNITS),
    "measures.above": "a number from 0 to 100",
    "measures.tonnes": "a number from 0 to 1e+09",
    "measures.delay_days": "a number from 0 to 3650",
    "measures.holders": "few or anyone",
    "measures.end_use": "a list of sectors of the table end_use",
}
