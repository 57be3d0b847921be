"""What is drawn once for an answer."""


def draw(app, template, **facts):
    """Return what a template draws in one answer."""
    with app.test_request_context():
        return app.jinja_env.from_string(template).render(**facts)


def test_a_piece_is_drawn_once_for_each_key(app):
    asked = []
    piece = "{% for key in 'aba' %}{% once key %}{{ ask(key) }}{% endonce %}{% endfor %}"
    assert draw(app, piece, ask=lambda key: asked.append(key) or key.upper()) == "ABA"
    assert asked == ["a", "b"]


def test_a_constant_key_is_a_key_too(app):
    asked = []
    piece = "{% for n in 'abc' %}{% once 'frame' %}{{ ask(n) }}{% endonce %}{% endfor %}"
    assert draw(app, piece, ask=lambda key: asked.append(key) or key) == "aaa"
    assert asked == ["a"]


def test_two_pieces_may_have_the_same_key(app):
    pieces = "{% once 'absent' %}form{% endonce %} {% once 'absent' %}word{% endonce %}"
    assert draw(app, pieces) == "form word"


def test_a_template_that_cannot_be_kept_compiled_is_drawn_all_the_same(app, tmp_path):
    app.jinja_env.cache.clear()
    app.jinja_env.bytecode_cache.directory = str(tmp_path / "not" / "there")
    assert app.test_client().get("/sign-in").status_code == 200
