/** The settings of a cluster of one monitor, one store and one gateway. */
export interface CephLayout {
  readonly directory: string
  readonly clusterId: string
  /** The next port is used, too. */
  readonly monitorPort: number
  readonly gatewayPort: number
}

/** The text of `ceph.conf`: everything on 127.0.0.1, in one directory, in memory, with one copy of each object. */
export function cephConfig({ directory, clusterId, monitorPort, gatewayPort }: CephLayout): string {
  return `[global]
fsid = ${clusterId}
mon_initial_members = a
mon_host = ${monitorAddress(monitorPort)}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = ${directory}/keyring
admin_socket = ${directory}/$name.asok
run_dir = ${directory}
log_file = ${directory}/$name.ceph.log
mon_cluster_log_file = ${directory}/cluster.log
crash_dir = ${directory}/crash
mon_data = ${directory}/mon
osd_data = ${directory}/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_client_watch_timeout = 3
osd_class_load_list = *
osd_class_default_list = *
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_crit = 1
mon_max_pg_per_osd = 2000
[client.rgw.a]
rgw_data = ${directory}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw_dynamic_resharding = false
rgw_run_sync_thread = false
rgw_enable_usage_log = false
`
}

/** The addresses of the monitor, of both protocol versions. */
export function monitorAddress(port: number): string {
  return `[v2:127.0.0.1:${port}/0,v1:127.0.0.1:${port + 1}/0]`
}
