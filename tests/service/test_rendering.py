"""Rendering: the `once` block and the bytecode cache."""


def draw(app, template, **facts):
    """Render a template in one request."""
    with app.test_request_context():
        return app.jinja_env.from_string(template).render(**facts)


def test_renders_a_once_block_once_for_each_key(app):
    asked = []
    piece = "{% for key in 'aba' %}{% once key %}{{ ask(key) }}{% endonce %}{% endfor %}"
    assert draw(app, piece, ask=lambda key: asked.append(key) or key.upper()) == "ABA"
    assert asked == ["a", "b"]


def test_caches_a_once_block_with_a_constant_key(app):
    asked = []
    piece = "{% for n in 'abc' %}{% once 'frame' %}{{ ask(n) }}{% endonce %}{% endfor %}"
    assert draw(app, piece, ask=lambda key: asked.append(key) or key) == "aaa"
    assert asked == ["a"]


def test_keeps_blocks_with_the_same_key_apart(app):
    pieces = "{% once 'absent' %}form{% endonce %} {% once 'absent' %}word{% endonce %}"
    assert draw(app, pieces) == "form word"


def test_renders_a_template_when_the_bytecode_cache_is_not_writable(app, tmp_path):
    app.jinja_env.cache.clear()
    app.jinja_env.bytecode_cache.directory = str(tmp_path / "not" / "there")
    assert app.test_client().get("/sign-in").status_code == 200


def test_indentation_behind_a_block_tag_still_separates_words(app):
    source = "<p>\n  {% if True %}one{% endif %}\n    <b>two</b>\n</p>"
    assert "one <b>two</b>" in app.jinja_env.from_string(source).render()
