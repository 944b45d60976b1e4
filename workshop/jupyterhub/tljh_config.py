"""The course's part of a configuration for The Littlest JupyterHub; README.md beside it says where it goes.

Sign-in, the administrator and the limits are not here: they are set with `tljh-config`, which the README shows.
"""

c = get_config()  # noqa: F821  # JupyterHub gives it to this file


def refuse_dummy(spawner):
    """No server starts while the hub has a dummy authenticator, which lets everybody in under every name."""
    if any("dummy" in kind.__name__.lower() for kind in type(spawner.authenticator).__mro__):
        raise RuntimeError("this hub lets everybody in: set auth.type to real sign-in, as the course's README shows")


c.Spawner.pre_spawn_hook = refuse_dummy

# Networks this small are slower with several threads, and learners share the processors. The other two give large
# arrays back to the system as soon as nobody needs them: notebooks 04 and 07 need 100 MB less.
threads, memory = {"OMP_NUM_THREADS": "1"}, {"MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "8388608"}
c.Spawner.environment.update(threads | memory)
c.Spawner.default_url = "/lab"

# A kernel whose notebook was closed 20 minutes ago ends, and gives its memory back.
c.Spawner.args.extend(["--MappingKernelManager.cull_idle_timeout=1200", "--MappingKernelManager.cull_interval=120"])
