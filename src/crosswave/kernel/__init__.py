"""Warm kernels: notebook kernels forked from one process that has the imports done.

Starting a kernel and importing pandas, statsmodels and seaborn is most of the time that a short notebook takes. Here a
server does it once; each kernel is a fork of it, milliseconds old, and otherwise an ordinary IPython kernel.

- `ensure_kernelspec` gives the kernel name that papermill, nbclient, nbval and JupyterLab take.
- `provisioner` is what jupyter_client calls for a kernel of that name; `client` finds or starts the server for it;
  `holding` keeps it for a run and no longer.
- `server` waits for requests and forks; `child` turns the fork into a kernel; `stack` is what it has imported.

What is forked and why that is safe is said in `crosswave.kernel.stack`; who ends when something dies, in
`crosswave.kernel.server`. Where a kernel cannot be forked the ordinary one is started, and `why_cold` says why.
"""

from crosswave.kernel.client import stop_every_server, stop_server
from crosswave.kernel.reasons import why_cold
from crosswave.kernel.spec import KERNEL_NAME, ensure_kernelspec

__all__ = ["KERNEL_NAME", "ensure_kernelspec", "stop_every_server", "stop_server", "why_cold"]
