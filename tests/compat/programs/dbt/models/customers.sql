{{ config(materialized='table') }}
with orders as (select * from {{ ref('stg_orders') }})
select customer, count(*) as orders, sum(amount) as amount, min(ordered_on) as first_order
from orders
group by customer
