"""`blackstart profiles`: what each persistence profile lets a power cut leave, and how that is known."""

import click


@click.command(short_help="What each file system may lose, and how that is known.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def profiles(as_json: bool) -> None:
    """List the persistence profiles: what a file system may keep of what was not yet durable.

    Gates are what `blackstart verify` runs by default; the others are for study (name them with --profile).
    """
    from model.persistence.profiles import PROFILES
    from model.report.encoding import to_json
    from model.report.profiles import profiles_text, profiles_value

    if as_json:
        click.echo(to_json(profiles_value(PROFILES.values())), nl=False)
    else:
        click.echo("\n".join(profiles_text(PROFILES.values())))
