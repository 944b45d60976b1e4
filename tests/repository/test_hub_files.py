"""The hub's configurations: limits that hold what was measured, and no open door."""

import re
from types import SimpleNamespace

import pytest
from helpers.versions import LEARNER, ROOT

from benchmarks.room import TOLD
from gan_lessons.tools.workshop_rooms import lines

FOLDER = ROOT / "workshop" / "jupyterhub"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
LOAD = lines(FOLDER / "load_test.jsonl")
MEMORY = lines(ROOT / "docs" / "memory.jsonl")


def bytes_of(words):
    """JupyterHub counts by 1,024: "1536M" is 1536 * 2**20."""
    return int(words[:-1]) * 2**20 if words[-1] == "M" else None


@pytest.fixture(scope="module")
def values():
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tljh():
    loader = pytest.importorskip("traitlets.config.loader")
    return loader.PyFileConfigLoader("tljh_config.py", str(FOLDER)).load_config()


def tljh_sets():
    return dict(re.findall(r"(?m)^sudo tljh-config set (\S+) (\S+)$", README))


def test_limits_hold_the_largest_notebook_and_a_server(values):
    server = 100e6  # the README says so; the load test's memory has it in it
    largest = 1e6 * max(row["peak_mb"] for row in MEMORY)
    for limit in (tljh_sets()["limits.memory"], values["singleuser"]["memory"]["limit"]):
        assert bytes_of(limit) >= largest + server
    assert "limit a learner to 1.5 GB" in README and bytes_of(limit) == 1.5 * 2**30
    assert bytes_of(values["singleuser"]["memory"]["guarantee"]) >= 1e6 * LOAD[-1]["memory_mb"]
    assert float(tljh_sets()["limits.cpu"]) == values["singleuser"]["cpu"]["limit"] == MEMORY[0]["cpus"] == 1


def test_both_tell_kernels_what_the_load_test_tells_them(values, tljh):
    told = {name: value for name, value in TOLD.items() if name != "CPU_LIMIT"}  # JupyterHub says that itself
    assert values["singleuser"]["extraEnv"] == tljh.Spawner.environment.get_value({}) == told
    assert float(TOLD["CPU_LIMIT"]) == values["singleuser"]["cpu"]["limit"]


def test_idle_servers_and_kernels_end(values, tljh):
    [file] = values["singleuser"]["extraFiles"].values()
    after = file["data"]["MappingKernelManager"]["cull_idle_timeout"]
    assert f"--MappingKernelManager.cull_idle_timeout={after}" in tljh.Spawner.args.get_value([])
    assert f"ends by itself after {after // 60} minutes" in README
    assert int(tljh_sets()["services.cull.timeout"]) == values["cull"]["timeout"] and values["cull"]["enabled"]


def test_nobody_enters_before_names_and_secrets_are_given(values):
    config = values["hub"]["config"]
    assert config["JupyterHub"] == {"authenticator_class": "github"}
    assert config["Authenticator"] == {"admin_users": [], "allowed_users": [], "allow_all": False}
    assert config["GitHubOAuthenticator"]["client_secret"] == config["GitHubOAuthenticator"]["client_id"] == ""
    assert values["proxy"]["https"]["enabled"]
    assert "create_users" not in README and "open_signup" not in README


def test_tljh_starts_no_server_under_a_dummy_authenticator(tljh):
    auth = pytest.importorskip("jupyterhub.auth")
    for kind in (auth.DummyAuthenticator, type("Ours", (auth.DummyAuthenticator,), {})):
        with pytest.raises(RuntimeError, match=r"set auth\.type to real sign-in"):
            tljh.Spawner.pre_spawn_hook(SimpleNamespace(authenticator=kind()))
    tljh.Spawner.pre_spawn_hook(SimpleNamespace(authenticator=auth.PAMAuthenticator()))


def test_the_dummy_authenticator_is_set_nowhere():
    setting = re.compile(r"""authenticator_class\W+["']?\w*dummy|auth\.type \S*dummy""", re.IGNORECASE)
    files = [path for kind in ("*.py", "*.yaml", "*.yml", "*.md", "*.toml") for path in ROOT.rglob(kind)]
    files = [path for path in files if not {".git", "site-packages"} & set(path.relative_to(ROOT).parts)]
    found = [path.name for path in files if setting.search(path.read_text(encoding="utf-8", errors="ignore"))]
    assert len(files) > 300 and found == []


def test_the_readme_names_what_is_there():
    for name in re.findall(r"\]\(([\w.]+)\)", README):
        assert (FOLDER / name).is_file()
    for name in re.findall(r"cp (workshop/\S+)|-r (requirements\S*\.txt)", README):
        assert (ROOT / "".join(name)).is_file()
    assert re.findall(r"torch==([\d.]+)", README) == [LEARNER["torch"]]
    assert (ROOT / "benchmarks" / "hub.py").is_file() and "python -m benchmarks hub" in README
