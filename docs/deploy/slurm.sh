#!/bin/bash
# A cluster of Alpheus as a job of Slurm: scheduler and driver on the first node, a worker on each.
# NOT RUN: written by the published manual of sbatch, checked by the shell (see docs/guides/cluster.md).
#
#   sbatch slurm.sh
#   sbatch --nodes=16 slurm.sh
#
# The job may be killed or run out of time at any moment: submit it again, and it goes on where it was.
# Change: the four settings below. All paths have to be the same on each node.
#SBATCH --job-name=alpheus
#SBATCH --nodes=8
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=34G
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --output=alpheus-%j.log

set -euo pipefail

EVIDENCE=${EVIDENCE:-/EVIDENCE}                 # the folder that holds the packages
CERTS=${CERTS:-$HOME/alpheus-certs}             # made by: alpheus engine certs; keys of mode 0600
DATABASE=${DATABASE:-$HOME/alpheus-cases.db}    # on a file system with locks, or postgresql://…
PORT=${PORT:-8786}

first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
scheduler="tls://$first:$PORT"

# Each step takes its part of the first node; --overlap lets them share it.
srun --overlap --nodes=1 --ntasks=1 --nodelist="$first" --cpus-per-task=1 \
    alpheus engine scheduler --listen "0.0.0.0:$PORT" --certs "$CERTS" &
scheduler_step=$!

# A worker looks for the scheduler until it is there. It leaves 2 GB of --mem to everything else.
srun --overlap --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 \
    alpheus engine worker "$scheduler" --certs "$CERTS" --seats "$SLURM_CPUS_PER_TASK" \
    --memory "$((32 * 1024))" &
workers_step=$!

end() {
    kill "$workers_step" "$scheduler_step" 2>/dev/null || true
    wait || true
}
trap end EXIT

# The driver: on this node, which is the first. It waits for the scheduler, and tries a few times.
status=1
for attempt in 1 2 3 4 5 6; do
    status=0
    alpheus campaign run "$EVIDENCE" --engine "$scheduler" --certs "$CERTS" \
        --database "$DATABASE" || status=$?
    # 3: done, and some packages are parked; or the scheduler is not there yet.
    if [ "$status" -eq 0 ] || alpheus campaign status --database "$DATABASE" --format json |
        python3 -c 'import json, sys; s = json.load(sys.stdin); sys.exit(not s["units"] or s["waiting"] + s["running"] > 0)'
    then
        break
    fi
    echo "attempt $attempt ended with status $status; again in 20 seconds" >&2
    sleep 20
done
exit "$status"
