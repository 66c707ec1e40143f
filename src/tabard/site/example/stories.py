"""The stories of United Nations personnel: one for each thing that a register must be able to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tabard.rules.facts import Incident, ObjectHarm, Outcome, SourceClaim
from tabard.site.example.story import Step, Story, happened, harm, on, person, said

LOCAL, FROM_ABROAD = "local", "international"


def stories() -> tuple[Story, ...]:
    """All of them, in the order in which they happened to be written down."""
    return (
        compound(),
        driver_taken(),
        robbed_and_beaten(),
        *threatened_then_attacked(),
        *reported_twice(),
        withdrawn(),
        month_only(),
        new_years_eve(),
        number_came_later(),
        road_crash(),
        plane(),
        near_miss(),
        in_confidence(),
        exercise(),
        mistyped(),
        two_sources(),
        verified_late(),
        *office_and_car(),
        family(),
        checkpoint_in_arabic(),
        convoy_of_two_scopes(),
    )


def compound() -> Story:
    """Several persons in several harm rows, one row with several persons; premises attacked."""
    facts = happened(
        *(2019, 8, 11, "AFG"),
        cause="terrorism",
        means="complex_attack",
        complexity="complex",
        setting="un_premises",
        actor="nsag_regional",
        motive="extremist",
        motive_confidence="high",
        targeting="deliberate_un",
        targeting_confidence="high",
        severity="critical",
        tags=(("programme", "suspended"),),
        harm=(
            harm(1, "died", recruitment=LOCAL, gender="male", function="guard", on_duty=True),
            harm(1, "died", recruitment=FROM_ABROAD, gender="female", function="programme", on_duty=True),
            harm(5, "injured", recruitment=LOCAL, care=True),
            harm(
                1,
                "injured",
                recruitment=FROM_ABROAD,
                gender="male",
                function="security",
                care=True,
                serious=True,
            ),
        ),
        objects=(ObjectHarm(1, "un_premises", ("attacked", "damaged")),),
    )
    text = (
        "A vehicle exploded at the gate, then armed men entered. A guard and a programme officer were killed."
    )
    return Story("compound", said(facts, "compound", text), on(2019, 8, 11, 15))


def driver_taken() -> Story:
    """One person with two outcomes, each with its own day: abducted, and died in captivity."""
    outcomes = {
        "abducted": Outcome(True, date(2019, 5, 3)),
        "died": Outcome(True, date(2019, 5, 19)),
        "died_in_captivity": Outcome(True, date(2019, 5, 19)),
    }
    who = {
        "recruitment": LOCAL,
        "gender": "male",
        "function": "driver",
        "on_duty": True,
        "subject": person("driver"),
    }
    taken = happened(2019, 5, 3, "SSD", cause="armed_conflict", means="kidnapping", setting="road")
    taken = replace(taken, actor="nsag_national", severity="critical")
    first = replace(taken, harm=(harm(1, "abducted", captor="non_state", fate="held", **who),))
    last = replace(
        taken, harm=(harm(1, captor="non_state", fate="died", held_24h=True, outcomes=outcomes, **who),)
    )
    words = "A driver was taken from his vehicle by armed men."
    later = Step(
        "revise",
        on(2019, 5, 21),
        said(last, "driver", f"{words} He died sixteen days later."),
        "late_verification",
    )
    return Story("driver", said(first, "driver", words), on(2019, 5, 4), (later,))


def robbed_and_beaten() -> Story:
    """One person in one incident with two outcomes of the same day."""
    who = harm(
        1,
        "robbed",
        "assaulted",
        recruitment=FROM_ABROAD,
        gender="female",
        function="interpreter",
        on_duty=False,
    )
    facts = happened(
        2019, 2, 16, "KEN", cause="crime", means="bodily_assault", setting="public_space", severity="moderate"
    )
    facts = replace(
        facts, actor="criminal", motive="economic", harm=(replace(who, subject=person("interpreter")),)
    )
    text = "An interpreter was beaten and robbed of her bag on the way from the market."
    return Story("interpreter", said(facts, "interpreter", text), on(2019, 2, 18))


def threatened_then_attacked() -> tuple[Story, Story]:
    """The same person in two incidents of one year: one person affected, not two."""
    who = {
        "recruitment": LOCAL,
        "gender": "female",
        "function": "fieldworker",
        "subject": person("field worker"),
    }
    before = happened(
        2019, 2, 5, "HTI", cause="crime", means="unarmed", setting="public_space", severity="low"
    )
    before = replace(before, actor="criminal", harm=(harm(1, "threatened", **who),))
    after = happened(
        2019, 9, 24, "HTI", cause="crime", means="blunt_or_bladed", setting="road", severity="high"
    )
    after = replace(after, actor="criminal", harm=(harm(1, "injured", care=True, **who),))
    texts = (
        "Une collègue de terrain a été menacée devant le bureau.",
        "La même collègue a été blessée au couteau.",
    )
    return (
        Story("threat", said(before, "threat", texts[0], "fr"), on(2019, 2, 6)),
        Story("knife", said(after, "knife", texts[1], "fr"), on(2019, 9, 25)),
    )


def reported_twice() -> tuple[Story, Story]:
    """Two offices report the same ambush; months later a person confirms that it is one."""
    facts = happened(2019, 4, 9, "CAF", cause="crime", means="shooting", setting="road", severity="high")
    facts = replace(
        facts, actor="criminal", context="ambush", harm=(harm(3, "injured", recruitment=LOCAL, care=True),)
    )
    again = replace(facts, certainty="probable", harm=(harm(3, "injured", care=True),))
    step = Step("count_as", on(2019, 7, 15), another="ambush")
    return (
        Story(
            "ambush", said(facts, "ambush", "Three colleagues were wounded in an ambush."), on(2019, 4, 10)
        ),
        Story(
            "ambush-again",
            said(again, "ambush", "Véhicule attaqué, trois blessés.", "fr"),
            on(2019, 4, 12),
            (step,),
        ),
    )


def withdrawn() -> Story:
    """Its source takes the report back: readable for ever, counted by no table from then on."""
    facts = happened(2019, 6, 1, "YEM", setting="checkpoint", means="detention", actor="de_facto_authority")
    facts = replace(
        facts, certainty="possible", harm=(harm(4, "detained", recruitment=LOCAL, captor="state"),)
    )
    step = Step("withdraw", on(2019, 11, 4))
    text = "Four colleagues were said to be held at a checkpoint; all were found to be on leave."
    return Story("four-held", said(facts, "four-held", text), on(2019, 6, 3), (step,))


def month_only() -> Story:
    """Nobody knows the day: only the month is stated."""
    facts = Incident(
        first_day=date(2019, 8, 1),
        last_day=date(2019, 8, 31),
        date_precision="month",
        country="NPL",
        cause="crime",
        setting="residence",
        certainty="confirmed",
        severity="low",
        harm=(harm(2, "burgled", recruitment=FROM_ABROAD, on_duty=False),),
    )
    text = "Two colleagues came back from a month's leave to an emptied residence."
    return Story("leave", said(facts, "leave", text), on(2019, 9, 2))


def new_years_eve() -> Story:
    """The night from one year to the next: it lies wholly in neither, and has a line of its own."""
    facts = Incident(
        first_day=date(2019, 12, 31),
        last_day=date(2020, 1, 1),
        date_precision="days",
        country="COL",
        cause="crime",
        setting="residence",
        certainty="confirmed",
        severity="low",
        harm=(harm(2, "burgled", recruitment=LOCAL, on_duty=False),),
    )
    text = "Durante la noche de fin de año entraron en la vivienda de dos colegas."
    return Story("new-year", said(facts, "new-year", text, "es"), on(2020, 1, 3))


def number_came_later() -> Story:
    """How many were threatened was unknown for seven weeks; unknown is not zero."""
    facts = happened(
        2019, 3, 5, "BGD", cause="civil_unrest", means="mob", setting="camp", severity="moderate"
    )
    facts = replace(facts, actor="aid_recipient", context="mob_violence")
    first = replace(facts, harm=(harm(None, "threatened", recruitment=LOCAL),))
    last = replace(facts, harm=(harm(6, "threatened", recruitment=LOCAL, on_duty=True),))
    text = "A crowd threatened a distribution team."
    step = Step(
        "revise", on(2019, 4, 24), said(last, "crowd", f"{text} The team was of six."), "late_verification"
    )
    return Story("crowd", said(first, "crowd", text), on(2019, 3, 6), (step,))


def road_crash() -> Story:
    """A crash of our vehicle: two of ours injured, and third parties, who are of another scope."""
    facts = happened(2019, 10, 17, "ETH", cause="road_traffic", setting="road", severity="critical")
    own = harm(2, "injured", recruitment=LOCAL, function="driver", care=True, on_duty=True)
    third = (harm(1, "died", scope="civilian"), harm(2, "injured", scope="civilian", care=True))
    facts = replace(facts, harm=(own, *third), objects=(ObjectHarm(1, "vehicle", ("damaged",)),))
    text = "An office vehicle and a minibus collided. One passenger of the minibus died."
    return Story("crash", said(facts, "crash", text), on(2019, 10, 17, 19))


def plane() -> Story:
    """An accident of aviation with people of two scopes."""
    facts = happened(2019, 3, 21, "COD", cause="aviation", setting="air", severity="critical")
    facts = replace(
        facts,
        harm=(
            harm(4, "died", recruitment=LOCAL, on_duty=True),
            harm(5, "died", recruitment=FROM_ABROAD, gender="female", on_duty=True),
            harm(3, "died", recruitment=FROM_ABROAD, gender="male", on_duty=True),
            harm(3, "died", scope="ngo", on_duty=True),
        ),
        objects=(ObjectHarm(1, "aircraft", ("destroyed",)),),
    )
    text = "Un avion affrété s'est écrasé peu après le décollage. Personne n'a survécu."
    return Story("plane", said(facts, "plane", text, "fr"), on(2019, 3, 21, 18))


def near_miss() -> Story:
    """Nobody and nothing was harmed, and it is worth knowing."""
    facts = happened(2019, 7, 2, "IRQ", cause="terrorism", means="roadside_ied", setting="road")
    facts = replace(facts, near_miss=True, severity="near_miss", targeting="unclear")
    text = "A charge went off two minutes after our vehicle had passed."
    return Story("near-miss", said(facts, "near-miss", text), on(2019, 7, 2, 12))


def in_confidence() -> Story:
    """Sealed: no role sees it, and the tables count it."""
    facts = happened(
        2019, 5, 12, "UGA", cause="crime", means="sexual_assault", setting="unknown", severity="critical"
    )
    facts = replace(facts, harm=(harm(1, "sexual_violence", gender="female", recruitment=LOCAL),))
    text = "Reported in confidence. The focal point keeps the details."
    return Story("in-confidence", said(facts, "in-confidence", text), on(2019, 5, 20), sensitivity="sealed")


def exercise() -> Story:
    """Entered as real by mistake, then cancelled: it never held."""
    facts = happened(2019, 9, 10, "JOR", cause="natural_hazard", setting="un_premises", severity="high")
    facts = replace(facts, harm=(harm(3, "injured", recruitment=LOCAL),))
    text = "Earthquake; three colleagues injured. This was an exercise."
    return Story("exercise", said(facts, "exercise", text), on(2019, 9, 10), (Step("void", number=1),))


def mistyped() -> Story:
    """A correction that was itself a mistake, cancelled: the first revision holds again."""
    facts = happened(
        2019, 11, 8, "PNG", cause="crime", means="blunt_or_bladed", setting="road", severity="moderate"
    )
    facts = replace(facts, actor="criminal", harm=(harm(2, "robbed", recruitment=LOCAL),))
    wrong = replace(facts, harm=(harm(22, "robbed", recruitment=LOCAL),))
    text = "Two colleagues were robbed on the way back to the office."
    steps = (Step("revise", on(2019, 11, 12), said(wrong, "mistyped", text)), Step("void", number=2))
    return Story("mistyped", said(facts, "mistyped", text), on(2019, 11, 9), steps)


def two_sources() -> Story:
    """A newspaper says nine, the focal point four. Both stay; four is held to be so after a correction."""
    facts = happened(
        2019, 6, 19, "MLI", cause="armed_conflict", means="shelling", setting="public_space", severity="high"
    )
    facts = replace(facts, actor="nsag_unknown", context="combat")
    nine = replace(facts, certainty="possible", harm=(harm(9, "injured", n_basis="estimate"),))
    four = replace(facts, harm=(harm(4, "injured", recruitment=LOCAL, care=True),))
    paper = SourceClaim("media", "D", 4, "possible", claims={"injured": 9, "affected": 9})
    ours = SourceClaim("focal_point", "A", 1, "confirmed", consent=True, claims={"injured": 4, "affected": 4})
    first = said(nine, "two-sources", "Un journal parle de neuf blessés.", "fr", paper)
    last = said(four, "two-sources", "Le point focal a vu quatre collègues blessés.", "fr", paper, ours)
    return Story("two-sources", first, on(2019, 6, 20), (Step("revise", on(2019, 6, 27), last),))


def verified_late() -> Story:
    """Probable in December, confirmed in the spring after."""
    facts = happened(
        2018, 12, 12, "SOM", cause="crime", means="shooting", setting="road", severity="critical"
    )
    facts = replace(facts, actor="unknown", certainty="probable")
    facts = replace(facts, harm=(harm(1, "died", recruitment=LOCAL, gender="male", function="logistician"),))
    text = "A logistician was shot dead on the road."
    sure = replace(facts, certainty="confirmed", actor="criminal", motive="economic")
    step = Step(
        "revise", on(2019, 3, 28), said(sure, "late", f"{text} The police confirmed it."), "late_verification"
    )
    return Story("late", said(facts, "late", text), on(2018, 12, 14), (step,))


def office_and_car() -> tuple[Story, Story]:
    """Two incidents of one afternoon, linked by a person."""
    same = {"cause": "civil_unrest", "means": "stones", "actor": "community", "severity": "moderate"}
    office = happened(2019, 11, 26, "LBN", setting="un_premises", **same)
    office = replace(office, objects=(ObjectHarm(1, "un_premises", ("attacked", "damaged")),))
    car = happened(2019, 11, 26, "LBN", setting="road", **same)
    car = replace(car, objects=(ObjectHarm(1, "vehicle", ("attacked", "damaged")),))
    car = replace(
        car, harm=(harm(1, "injured", recruitment=LOCAL, gender="male", function="driver", care=False),)
    )
    texts = (
        "رشق متظاهرون المكتب بالحجارة وتحطّم زجاج النوافذ.",
        "رُشقت سيارة تحمل شارة بالحجارة وأُصيب السائق إصابة طفيفة.",
    )
    return (
        Story("office", said(office, "office", texts[0], "ar"), on(2019, 11, 27)),
        Story("car", said(car, "office", texts[1], "ar"), on(2019, 11, 27, 10)),
    )


def family() -> Story:
    """An eligible family member is hurt beside a colleague: recorded, and not counted as personnel."""
    facts = happened(
        2019, 1, 19, "GTM", cause="crime", setting="residence", severity="high", actor="criminal"
    )
    own = harm(1, "broken_in", recruitment=FROM_ABROAD, gender="male", function="manager", on_duty=False)
    wife = harm(1, "broken_in", "injured", gender="female", family_member=True, care=True)
    facts = replace(facts, harm=(own, wife))
    text = "Hombres armados forzaron la puerta de una vivienda; la esposa de un colega resultó herida."
    return Story("family", said(facts, "family", text, "es"), on(2019, 1, 20))


def checkpoint_in_arabic() -> Story:
    """Two held without word for a day, then released; what their office was refused is a breach."""
    facts = happened(
        2019, 2, 27, "SYR", means="detention", context="detention", setting="checkpoint", severity="high"
    )
    held = harm(
        2, "detained", recruitment=LOCAL, captor="state", held_24h=True, fate="released", on_duty=True
    )
    tags = (("breach", "information_withheld"), ("breach", "no_visit"))
    facts = replace(facts, actor="host_state", harm=(held,), tags=tags)
    text = "أُوقف زميلان عند نقطة تفتيش ولم يُسمح للمكتب بزيارتهما، ثم أُفرج عنهما في اليوم التالي."
    return Story("checkpoint", said(facts, "checkpoint", text, "ar"), on(2019, 3, 1))


def convoy_of_two_scopes() -> Story:
    """Staff and aid workers in one convoy: each is counted in the own scope only."""
    facts = happened(
        2019, 12, 6, "NER", cause="armed_conflict", means="shooting", setting="convoy", severity="high"
    )
    own = harm(1, "injured", recruitment=LOCAL, gender="male", function="driver", care=True)
    facts = replace(facts, actor="nsag_regional", harm=(own, harm(2, "injured", scope="ngo", care=True)))
    text = "Tirs sur un convoi commun ; un chauffeur et deux travailleurs humanitaires blessés."
    return Story("joint-convoy", said(facts, "joint-convoy", text, "fr"), on(2019, 12, 7))
