"""How people, and the dialogue model, word a wish about a thing in the picture."""

from __future__ import annotations

from engine.nouns import NUMBERS, article, plural

_PLACES = {
    "left": ("on the left", "to the left", "on the left side"),
    "right": ("on the right", "to the right", "on the right side"),
    "sky": ("in the sky", "above", "at the top", "up in the sky"),
    "centre": ("in the middle", "in the centre", "in the center", ""),
}
THINGS = tuple(
    """
    thing object cat dog horse bird fish rabbit bear cup mug bowl plate glass bottle vase teapot jug can box
    bag handbag backpack suitcase basket umbrella chair armchair sofa couch table desk bed lamp pillow
    curtain door gate window wall roof house tower boat ship sail car van bus truck bike motorbike train
    plane rocket kite balloon ball toy doll guitar piano drum book pen phone camera clock watch ring
    necklace scarf glove sock boot sneakers shoes tie belt coat jacket sweater pullover hoodie blouse suit
    skirt jeans shorts pants cap helmet hat hair apple pear banana orange lemon tomato pepper carrot pumpkin
    cake bread candle leaf leaves petals rose tulip plant tree bush bench fence sign flag statue tent bucket
    blanket carpet towel shirt dress t-shirt trousers animal puppy kitten cow sheep goat pig duck hen
    chicken goose owl parrot pigeon seagull swan fox wolf deer squirrel mouse hamster hedgehog lion tiger
    elephant giraffe monkey turtle frog snake lizard butterfly bee beetle spider snail crab shark dolphin
    whale dinosaur dragon unicorn robot snowman scarecrow teddy puppet saucer pot pan kettle jar bin barrel
    tray spoon fork knife ladle thermos candlestick lantern torch lighter parcel package envelope letter
    card poster frame mirror tin broom mop ladder hammer saw axe shovel rake hose wheelbarrow toolbox wheel
    tyre trailer tractor lorry taxi ambulance scooter bicycle skateboard motorcycle tram helicopter airplane
    aeroplane ufo drone canoe yacht anchor lighthouse windmill castle church barn shed cottage hut
    skyscraper building bridge gazebo fountain pylon pole post lamppost streetlight mailbox letterbox
    hydrant cone barrier trolley pram stroller wheelchair crib cradle stool armrest ottoman cupboard
    wardrobe drawer shelf bookcase dresser rug mat cushion duvet stove oven fridge freezer toaster microwave
    dishwasher sink bathtub toilet heater fan radio television tv monitor screen laptop computer keyboard
    tablet printer speaker headphones microphone violin trumpet saxophone accordion harp flute football
    basketball baseball racket bat trophy medal sword shield crown tiara bracelet earring brooch glasses
    sunglasses mask cape apron robe kimono vest cardigan waistcoat uniform leggings stockings slippers
    sandals heels bow ribbon purse wallet rucksack tote crate sack sandwich burger pizza pie muffin cupcake
    doughnut cookie biscuit croissant bun loaf cheese egg eggs steak sausage soup salad pasta noodles sushi
    lollipop sweet chocolate popcorn milk juice wine beer coffee tea cocktail strawberry cherry grape grapes
    melon watermelon pineapple mango kiwi peach plum lime avocado potato onion garlic cucumber cabbage
    broccoli mushroom corn pea bean daisy sunflower tulips lily orchid poppy dandelion cactus fern palm log
    stump stone rock boulder shell feather nest moon star planet parachute present gift wreath garland
    bauble stocking tombstone skull ghost pebble dice puzzle chessboard
    """.split()  # noqa: SIM905 - a list of four hundred strings would be no easier to read
)
"""What people may call the one thing that a photo shows."""
_ADD = ("add", "put", "place", "draw", "insert")


def add(noun: str, place: str) -> list[str]:
    thing, where = article(noun), _PLACES[place]
    said = [f"{verb} {thing} {w}" for verb in _ADD[:2] for w in where]
    said += [f"{verb} {thing} {where[0]}" for verb in _ADD[2:]]
    said += [f"there should be {thing} {where[0]}", f"i want {thing} {where[0]}"]
    return [each.strip() for each in said]


def add_beside(noun: str, relation: str, other: str) -> list[str]:
    """`relation`: behind, in front of, to the left of, to the right of."""
    thing = article(noun)
    said = [f"{verb} {thing} {relation} the {other}" for verb in _ADD]
    if relation == "behind":
        said += [f"let {thing} stand behind the {other}", f"hide {thing} behind the {other}"]
    if relation.startswith("to the"):
        side = relation.split()[2]
        said += [f"put {thing} on the {side} of the {other}", f"put {thing} {side} of the {other}"]
    return said


def remove(noun: str) -> list[str]:
    verbs = ("remove", "delete", "erase", "take away", "take out", "get rid of")
    return [f"{verb} the {noun}" for verb in verbs] + [f"make the {noun} disappear", f"no {noun}"]


def replace(old: str, new: str) -> list[str]:
    thing = article(new)
    said = [f"{verb} the {old} with {thing}" for verb in ("replace", "swap")]
    said += [f"{verb} the {old} {to} {thing}" for verb in ("turn", "change") for to in ("into", "to")]
    said += [f"swap the {old} for {thing}", f"exchange the {old} for {thing}", f"make the {old} {thing}"]
    return [*said, f"{thing} instead of the {old}", f"the {old} should be {thing}"]


def recolour(thing: str, colour: str) -> list[str]:
    said = [f"{verb} the {thing} {colour}" for verb in ("make", "turn", "paint", "recolour", "dye", "colour")]
    said += [f"change the {word} of the {thing} to {colour}" for word in ("colour", "color")]
    said += [f"change the {thing} to {colour}", f"change the {thing} colour to {colour}"]
    return [*said, f"give the {thing} a {colour} colour", f"the {thing} should be {colour}"]


_SIZES = {
    2.0: ("twice as big", "twice as large", "double the size"),
    1.6: ("much bigger", "a lot bigger", "far larger"),
    1.35: ("bigger", "larger", "a bit bigger"),
    0.7: ("smaller", "a bit smaller"),
    0.55: ("much smaller", "a lot smaller", "tiny"),
    0.5: ("half as big", "half the size"),
}
FACTORS = tuple(_SIZES)


def resize(noun: str, factor: float) -> list[str]:
    said = [f"make the {noun} {size}" for size in _SIZES[factor]]
    said += [f"the {noun} should be {_SIZES[factor][0]}", f"i want the {noun} {_SIZES[factor][0]}"]
    verbs = ("enlarge", "scale up", "blow up", "grow") if factor > 1 else ("shrink", "scale down", "reduce")
    return said + ([f"{verb} the {noun}" for verb in verbs] if factor in (1.35, 1.6, 0.7, 0.55) else [])


def count(noun: str, before: int, after: int) -> list[str]:
    """From `before` to `after` of a thing; those on the right come and go."""
    things = noun if after == 1 else plural(noun)
    said = [f"make it {NUMBERS[after]} {things}", f"there should be {NUMBERS[after]} {things}"]
    said += [f"i want {NUMBERS[after]} {things}", f"change the {plural(noun)} to {NUMBERS[after]}"]
    if after > before:
        more = after - before
        said += [f"add {NUMBERS[more]} more {noun if more == 1 else plural(noun)}"]
        said += [f"add another {noun}", f"add one more {noun}"] if more == 1 else []
        said += [f"double the {plural(noun)}", f"twice as many {plural(noun)}"] if after == 2 * before else []
    else:
        fewer = before - after
        said += [f"leave only {NUMBERS[after]} {things}", f"keep just {NUMBERS[after]} {things}"]
        said += [f"remove {NUMBERS[fewer]} of the {plural(noun)}"]
        said += [f"remove the {noun} on the right"] if fewer == 1 else []
    return said
